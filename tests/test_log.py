import json
from collections.abc import Iterator

import pytest
import structlog

from homeward import log


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("as_json", [False, True])
def test_a_traceback_goes_to_stderr_without_local_variables(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(as_json=as_json)
    password = "sesame"  # the local variable that must not show

    def fail() -> None:
        raise RuntimeError(len(password))

    try:
        fail()
    except RuntimeError:
        structlog.get_logger("homeward").exception("failed", device="x")
    out, err = capsys.readouterr()
    assert out == ""
    assert "RuntimeError" in err
    assert "device" in err
    assert '"sesame"' not in err.replace('password = "sesame"', "")
    assert "'sesame'" not in err


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(as_json=True)
    structlog.get_logger("homeward").info("handshake", peer="10.0.0.5:1", offered=("TLS 1.2",))
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["offered"]) == ("handshake", "info", ["TLS 1.2"])


def test_what_is_below_the_level_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(level=30)
    structlog.get_logger("homeward").info("quiet")
    assert capsys.readouterr().err == ""
