from __future__ import annotations

import pytest
from msgspec.structs import replace

from homeward.errors import DeviceNotFound
from homeward.hub.registry import Record, Registry
from homeward.model import Description, Device


def device(native_id: str, name: str = "", model: str = "L1", mac: str = "") -> Device:
    return Device(f"lamp-{native_id}", "lamp", native_id, name, description=Description(model=model, mac=mac))


@pytest.fixture
def registry() -> Registry:
    registry = Registry({})
    for native_id, name in (("2001aa", "Porch"), ("2001ab", "Hall"), ("2002", "Twin"), ("2003", "Twin")):
        registry.add(Record(device(native_id, name)))
    return registry


@pytest.mark.parametrize("text", ["lamp-2001aa", "Porch"])
def test_a_device_is_found_by_id_or_name(registry: Registry, text: str) -> None:
    assert registry.find(text).device.native_id == "2001aa"


def test_a_device_is_found_by_what_only_its_id_begins_with(registry: Registry) -> None:
    assert registry.find("lamp-2002").device.native_id == "2002"
    assert registry.find("lamp-2001a" + "b").device.name == "Hall"


@pytest.mark.parametrize("text", ["", "lamp", "lamp-9", "porch", "2001aa"])
def test_nobody_goes_by_that(registry: Registry, text: str) -> None:
    with pytest.raises(DeviceNotFound, match="no device goes by"):
        registry.find(text)


def test_too_short_a_beginning_finds_nothing_even_if_it_is_unambiguous() -> None:
    registry = Registry({})
    registry.add(Record(device("1")))
    with pytest.raises(DeviceNotFound):
        registry.find("lamp-")
    assert registry.find("lamp-1")


@pytest.mark.parametrize(("text", "ids"), [("lamp-2001", "lamp-2001aa, lamp-2001ab"), ("Twin", "lamp-2002, lamp-2003")])
def test_what_may_be_several_is_refused_with_their_ids(registry: Registry, text: str, ids: str) -> None:
    with pytest.raises(DeviceNotFound, match=f"'{text}' may be any of 2 devices: {ids}"):
        registry.find(text)


def test_an_id_counts_before_another_device_s_name(registry: Registry) -> None:
    registry.add(Record(device("9", "lamp-2001aa")))
    assert registry.find("lamp-2001aa").device.native_id == "2001aa"


def test_a_device_is_named_by_model_and_the_end_of_its_mac(registry: Registry) -> None:
    assert registry.name_for(device("77", mac="48:e1:e9:00:12:34")) == "L1 1234"
    assert registry.name_for(device("abcdef")) == "L1 cdef"
    assert registry.name_for(device("abcdef", model="")) == "lamp cdef"


def test_a_name_that_is_taken_grows(registry: Registry) -> None:
    for native_id, name in (("a-11115678", "L1 5678"), ("b-11115678", "L1 11115678"), ("c-11115678", "L1 c-11115678")):
        new = device(native_id)
        assert registry.name_for(new) == name
        registry.add(Record(replace(new, name=name)))
        assert registry.name_for(replace(new, name=name)) == name


def test_those_who_wait_are_counted(registry: Registry) -> None:
    assert registry.pending == 4
    record = registry.find("Porch")
    registry.change(record, replace(record.device, adopted=True))
    assert registry.pending == 3
    registry.remove(record)
    registry.remove(registry.find("Hall"))
    assert registry.pending == 2


def test_a_removed_device_leaves_its_name_to_others(registry: Registry) -> None:
    registry.add(Record(device("abcdef", "L1 cdef")))
    registry.remove(registry.find("L1 cdef"))
    assert registry.name_for(device("00cdef")) == "L1 cdef"
    assert registry.get("lamp", "abcdef") is None
