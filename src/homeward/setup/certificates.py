"""The house's own certificate authority, and the certificate that devices are shown.

Both keys are RSA-2048: devices refuse a server certificate with an elliptic-curve key, and an old one may not follow a
chain that has such a key anywhere. The extensions are those that strict verification (RFC 5280, Python 3.13) asks for.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from homeward.errors import SettingsError
from homeward.settings import Tls

_RENEW = datetime.timedelta(days=30)
_KEY_BITS = 2_048
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Paths(msgspec.Struct, frozen=True):
    """Where the files are. `ca` is the one that people and apps are given."""

    ca: Path
    ca_key: Path
    leaf: Path
    leaf_key: Path


def ensure(directory: Path, names: Sequence[str], settings: Tls, now: float) -> Paths:
    """Make what is missing, and a new leaf when its names have changed or it ends within 30 days.

    The first name is the one that devices are told; it is the common name too, since old ones look only there.
    """
    paths = Paths(*(directory / name for name in ("ca.pem", "ca.key", "device.pem", "device.key")))
    today = datetime.datetime.fromtimestamp(now, datetime.UTC)
    if not (paths.ca.exists() and paths.ca_key.exists()):
        _make_authority(paths, today, settings.ca_days)
    if not _is_good(paths, names, today):
        _make_leaf(paths, names, today, settings.leaf_days)
    return paths


def _is_good(paths: Paths, names: Sequence[str], today: datetime.datetime) -> bool:
    authority = _authority(paths)
    try:
        leaf = x509.load_pem_x509_certificates(paths.leaf.read_bytes())[0]
        key = serialization.load_pem_private_key(paths.leaf_key.read_bytes(), None)
    except (OSError, ValueError):
        return False
    covered = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        leaf.not_valid_after_utc > today + _RENEW
        and leaf.issuer == authority.subject
        and leaf.public_key() == key.public_key()
        and covered == x509.SubjectAlternativeName(_general_names(names))
    )


def _make_authority(paths: Paths, today: datetime.datetime, days: int) -> None:
    key = rsa.generate_private_key(65_537, _KEY_BITS)
    # A number in the name tells one house's authority from another's where both are trusted.
    name = _name(f"Homeward CA {x509.random_serial_number() % 0xFFFFFF:06x}")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = _builder(name, name, key, today, days).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
    certificate = builder.add_extension(usage, True).sign(key, hashes.SHA256())
    _write_key(paths.ca_key, key)
    _write(paths.ca, _pem(certificate), 0o644)


def _make_leaf(paths: Paths, names: Sequence[str], today: datetime.datetime, days: int) -> None:
    authority = _authority(paths)
    authority_key = serialization.load_pem_private_key(paths.ca_key.read_bytes(), None)
    assert isinstance(authority_key, rsa.RSAPrivateKey)  # noqa: S101 - _make_authority made it
    key = rsa.generate_private_key(65_537, _KEY_BITS)
    certificate = (
        _builder(_name(names[0][:64]), authority.subject, key, today, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_usage(digital_signature=True, key_encipherment=True), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.SubjectAlternativeName(_general_names(names)), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(paths.leaf_key, key)
    _write(paths.leaf, _pem(certificate) + _pem(authority), 0o644)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, today: datetime.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Devices start with a clock that is behind.
        .not_valid_before(today - datetime.timedelta(days=2))
        .not_valid_after(today + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(**flags: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: flags.get(name, False) for name in _USAGES})


def _general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    return [_general_name(name) for name in dict.fromkeys(names)]


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.encode("idna").decode())
    except UnicodeError as error:
        raise SettingsError(f"{name!r} is no host name: {error}") from error


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _authority(paths: Paths) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(paths.ca.read_bytes())
    except ValueError as error:
        hint = "Restore it from a backup; or remove it and ca.key, and give whoever trusted the old one the new."
        raise SettingsError(f"{paths.ca} is no certificate: {error}", hint=hint) from error


def _write_key(path: Path, key: rsa.RSAPrivateKey) -> None:
    plain = serialization.NoEncryption()
    _write(path, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain), 0o600)


def _write(path: Path, data: bytes, mode: int) -> None:
    """All of it or nothing, whatever happens meanwhile, and never readable by more than `mode` says."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
