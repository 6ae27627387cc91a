import datetime
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from homeward.errors import SettingsError
from homeward.settings import Tls
from homeward.setup.certificates import Paths, ensure

NOW = datetime.datetime.now(datetime.UTC).timestamp()  # noqa: TID251 - OpenSSL has no other clock
DAY = 86_400.0
NAMES = ("homeward.lan", "192.0.2.1")


def made(directory: Path, names: Sequence[str] = NAMES, now: float = NOW) -> Paths:
    directory.mkdir(exist_ok=True)
    return ensure(directory, names, Tls(), now)


def leaf(paths: Paths) -> x509.Certificate:
    return x509.load_pem_x509_certificates(paths.leaf.read_bytes())[0]


def handshake(paths: Paths, name: str) -> None:
    """A strict client's handshake with the house, in memory."""
    trust, house = ssl.create_default_context(cafile=paths.ca), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    house.load_cert_chain(paths.leaf, paths.leaf_key)
    to_house, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(to_client, to_house, server_hostname=name)
    server = house.wrap_bio(to_house, to_client, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Made once: keys take their time."""
    return made(tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize("name", NAMES)
def test_a_strict_client_that_trusts_the_authority_accepts_every_name(paths: Paths, name: str) -> None:
    handshake(paths, name)


def test_a_client_that_asked_for_another_name_does_not(paths: Paths) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(paths, "elsewhere.lan")


def test_both_keys_are_rsa_since_devices_take_no_other(paths: Paths) -> None:
    chain = x509.load_pem_x509_certificates(paths.leaf.read_bytes())
    assert len(chain) == 2
    for certificate in chain:
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        assert key.key_size == 2_048


def test_the_first_name_is_the_common_name_and_not_the_authoritys(paths: Paths) -> None:
    assert leaf(paths).subject.rfc4514_string() == "CN=homeward.lan"
    assert leaf(paths).issuer != leaf(paths).subject


def test_keys_are_for_their_owners_eyes(paths: Paths) -> None:
    for key in (paths.ca_key, paths.leaf_key):
        assert key.stat().st_mode & 0o777 == 0o600


def test_it_is_valid_for_a_device_whose_clock_is_a_day_behind(paths: Paths) -> None:
    assert leaf(paths).not_valid_before_utc.timestamp() < NOW - DAY


def test_what_is_good_is_left_alone(paths: Paths) -> None:
    before = paths.leaf.read_bytes(), paths.ca.read_bytes()
    made(paths.ca.parent)
    assert (paths.leaf.read_bytes(), paths.ca.read_bytes()) == before


@pytest.mark.parametrize(
    "change",
    [{"names": ("homeward.lan", "192.0.2.2")}, {"now": NOW + 791 * DAY}],
    ids=["another name", "29 days before its end"],
)
def test_a_new_leaf_is_made_by_the_same_authority(tmp_path: Path, change: dict[str, float]) -> None:
    paths = made(tmp_path)
    authority, former = paths.ca.read_bytes(), leaf(paths).serial_number
    made(tmp_path, **change)  # type: ignore[arg-type]
    assert leaf(paths).serial_number != former
    assert paths.ca.read_bytes() == authority


def test_a_new_authority_makes_a_new_leaf(tmp_path: Path) -> None:
    paths = made(tmp_path)
    paths.ca.unlink()
    made(tmp_path)
    handshake(paths, NAMES[0])


def test_a_leaf_that_does_not_go_with_its_key_is_made_anew(tmp_path: Path) -> None:
    paths, other = made(tmp_path / "a"), made(tmp_path / "b")
    paths.leaf_key.write_bytes(other.leaf_key.read_bytes())
    handshake(made(tmp_path / "a"), "homeward.lan")


@pytest.mark.parametrize("half", [b"", b"-----BEGIN CERTIFICATE-----\nMIIC"])
def test_a_leaf_that_is_half_written_is_made_anew(tmp_path: Path, half: bytes) -> None:
    made(tmp_path).leaf.write_bytes(half)
    handshake(made(tmp_path), "homeward.lan")


def test_an_authority_that_is_damaged_is_named_and_not_replaced(tmp_path: Path) -> None:
    made(tmp_path).ca.write_bytes(b"")
    with pytest.raises(SettingsError, match=r"ca\.pem is no certificate"):
        made(tmp_path)


def test_a_key_is_never_readable_by_others_even_where_one_was(tmp_path: Path) -> None:
    tmp_path.joinpath("ca.key").touch(mode=0o644)
    assert made(tmp_path).ca_key.stat().st_mode & 0o777 == 0o600


def test_a_name_in_another_script_is_taken_and_what_is_no_name_is_named(tmp_path: Path) -> None:
    alternative = leaf(made(tmp_path, ["häuschen.example"])).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert alternative.value.get_values_for_type(x509.DNSName) == ["xn--huschen-5wa.example"]
    with pytest.raises(SettingsError, match="is no host name"):
        made(tmp_path, ["a" * 70 + ".lan"])
