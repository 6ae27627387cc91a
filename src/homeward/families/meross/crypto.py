"""What some firmware encrypts: LAN bodies, the Wi-Fi password at set-up, and a session begun with ECDHE.

All three are AES-256-CBC with a fixed IV and zero padding, under a key that is the 32 hex digits of an MD5.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import md5

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from homeward.families.meross.wire import BadMessage

_BLOCK = 16
_IV = CBC(b"0" * _BLOCK)
_CURVE = ec.SECP256R1()


def lan_key(uuid: str, key: str, mac: str) -> bytes:
    """The key of a paired device's LAN bodies, whose abilities list Encrypt.Suite and Encrypt.ECDHE."""
    return _digits(f"{uuid[3:22]}{key[1:9]}{mac}{key[10:28]}".encode())


def wifi_key(model: str, uuid: str, mac: str) -> bytes:
    """The key of the password in Config.WifiX."""
    return _digits(f"{model}{uuid}{mac}".encode())


def session_key(private: ec.EllipticCurvePrivateKey, public: str) -> bytes:
    """The key of a set-up session, from one's own private key and the other's `pubkey`.

    Raises:
        BadMessage: that is no uncompressed point of P-256 in base64.
    """
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, base64.b64decode(public, validate=True))
    except ValueError as error:
        raise BadMessage(f"pubkey: {error}") from None
    return _digits(private.exchange(ec.ECDH(), point))


def private_key(secret: int) -> ec.EllipticCurvePrivateKey:
    """The private key with this number."""
    return ec.derive_private_key(secret, _CURVE)


def public_text(private: ec.EllipticCurvePrivateKey) -> str:
    """The `pubkey` that goes with a private key."""
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.b64encode(point).decode()


def encrypt(key: bytes, data: bytes) -> str:
    """Base64 of the data encrypted. Data that fills its last block gets one more of zeros."""
    padded = data + bytes(_BLOCK - len(data) % _BLOCK)
    encryptor = Cipher(AES(key), _IV).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(key: bytes, text: bytes | str) -> bytes:
    """What `encrypt` was given; zeros at its end cannot be told from padding.

    Raises:
        BadMessage: it is not base64, or not whole blocks.
    """
    try:
        data = base64.b64decode(text, validate=True)
        decryptor = Cipher(AES(key), _IV).decryptor()
        return (decryptor.update(data) + decryptor.finalize()).rstrip(b"\0")
    except (ValueError, binascii.Error) as error:
        raise BadMessage(f"encrypted body: {error}") from None


def _digits(data: bytes) -> bytes:
    return md5(data).hexdigest().encode()
