"""Meross: signed JSON over MQTT and HTTP, with an account API beside it."""

from homeward.families.meross.family import Meross

__all__ = ["Meross"]
