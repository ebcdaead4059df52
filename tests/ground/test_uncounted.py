"""Failures that differ in a counter alone have one text."""

from __future__ import annotations

import pytest

from wsclient.ground.uncounted import uncounted


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param("Lost; 17 bytes were not sent.", "Lost; some bytes were not sent.", id="bytes"),
        pytest.param("4096 packets wait", "some packets wait", id="packets"),
        pytest.param("127.0.0.1:9080 refused", "127.0.0.1:9080 refused", id="the-server's-port-stays"),
        pytest.param("The server answered 404 Not Found.", "The server answered 404 Not Found.", id="a-status-stays"),
    ],
)
def test_counters_are_left_out(message: str, expected: str) -> None:
    assert uncounted(message) == expected
