"""Tests the options of a swarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from wsclient.cli.swarm_options import SwarmExit, parse

URL = "ws://127.0.0.1:9080"


def test_the_defaults_are_those_of_the_help() -> None:
    options = parse([URL])

    assert (options.clients, options.rate, options.duration, options.hz) == (100, 50.0, 30.0, 0.0)
    assert (options.every, options.processes, options.max_errors) == (1.0, 1, 0)


@pytest.mark.parametrize(
    ("held", "message"), [pytest.param("grün".encode(), "grün", id="text"), pytest.param(b"\xff", b"\xff", id="binary")]
)
def test_a_message_is_taken_from_a_file(held: bytes, message: str | bytes, tmp_path: Path) -> None:
    (tmp_path / "message").write_bytes(held)

    assert parse([URL, "--send", f"@{tmp_path / 'message'}"]).message == message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([URL, "--clients", "0"], "at least 1", id="no-clients"),
        pytest.param([URL, "--max-errors", "-1"], "at least 0", id="fewer-than-no-errors"),
        pytest.param([URL, "--hz", "nan"], "a number of 0 or more", id="no-number"),
        pytest.param([URL, "--hz", "0.001"], "from 1 to 1000", id="frames-longer-than-the-run"),
        pytest.param([URL, "--hz", "1e300"], "from 1 to 1000", id="frames-without-time"),
        pytest.param([URL, "--rate", "0"], "a number above 0", id="no-rate"),
        pytest.param([URL, "--rate", "1"], "the last client would connect after 99 s of 30", id="too-slow"),
        pytest.param([URL, "--clients", "2", "--processes", "3"], "more --processes than", id="idle-processes"),
        pytest.param(["http://127.0.0.1"], "http", id="url"),
        pytest.param([URL, "--send", "@/no/such/file"], "No such file", id="no-file"),
        pytest.param([URL, "--send", "x", "--script", "bot.py"], "exclude each other", id="two-behaviours"),
        pytest.param([URL, "--plot", "x.gif"], "writes .png or .svg", id="picture"),
        pytest.param([URL, "--report", "/no/such/x.json"], "there is no folder", id="folder"),
    ],
)
def test_senseless_values_are_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(arguments)

    assert caught.value.code == SwarmExit.USAGE
    assert words in capsys.readouterr().err


def test_a_picture_needs_matplotlib(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsclient.cli.swarm_options.find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        parse([URL, "--plot", "x.png"])

    assert "pip install matplotlib" in capsys.readouterr().err


def test_a_report_holds_no_secrets() -> None:
    options = parse(["ws://me:word@host/?token=4f1c", "--header", "X-Token: 4f1c", "--send", "4f1c"])

    told = options.to_json()
    assert "4f1c" not in str(told)
    assert "word" not in str(told)
    assert (told["headers"], told["message_bytes"]) == (["X-Token"], 4)


def test_a_script_is_a_path() -> None:
    assert parse([URL, "--script", "bot.py"]).script == Path("bot.py")
