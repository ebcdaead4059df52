"""NamedInt: a number that is shown by its name (faults C7)."""

from __future__ import annotations

import json

import pytest

from wsclient import Error, MultiplayerAPI, WebSocketClient
from wsclient.ground.named_int import NamedInt


class Step(NamedInt):
    FIRST = 1
    LATER = 250


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ("", "LATER"),
        (">8", "   LATER"),
        ("8s", "LATER   "),
        ("d", "250"),
        ("04d", "0250"),
        ("x", "fa"),
        (".1f", "250.0"),
    ],
)
def test_c7_a_format_for_numbers_shows_the_number_and_any_other_the_name(spec: str, shown: str) -> None:
    assert format(Step.LATER, spec) == shown


def test_c7_it_stays_a_number() -> None:
    assert (Step.LATER + 1, int(Step.FIRST), json.dumps(Step.LATER)) == (251, 1, "250")
    assert Step.FIRST == 1


@pytest.mark.parametrize(
    "value",
    [
        Error.ERR_INVALID_PARAMETER,
        WebSocketClient.CONNECTION_CONNECTED,
        WebSocketClient.TRANSFER_MODE_RELIABLE,
        WebSocketClient.WRITE_MODE_TEXT,
        MultiplayerAPI.RPC_MODE_REMOTE,
    ],
    ids=lambda value: type(value).__name__,
)
def test_c7_errors_statuses_and_modes_show_their_names(value: NamedInt) -> None:
    assert (str(value), f"{value}") == (value.name, value.name)


def test_c7_refused_values_are_printed_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    print(WebSocketClient().connect_to_url("http://x"))

    assert capsys.readouterr().out == "ERR_INVALID_PARAMETER\n"
