"""KeptMessages: what waits for the next connection."""

from __future__ import annotations

import pytest

from wsclient.websocket.kept_messages import KeptMessages


@pytest.fixture
def kept() -> KeptMessages:
    kept = KeptMessages()
    kept.add(b"three", is_text=False)
    return kept


def test_messages_are_written_in_the_order_of_sending(kept: KeptMessages) -> None:
    kept.add(b"four", is_text=True)
    kept.add_first([(b"one", True), (b"two", False)])
    assert (len(kept), kept.size) == (4, 15)

    assert kept.take() == [(b"one", True), (b"two", False), (b"three", False), (b"four", True)]
    assert (len(kept), kept.size, kept.take()) == (0, 0, [])


def test_letting_go_is_logged_once(kept: KeptMessages, caplog: pytest.LogCaptureFixture) -> None:
    kept.let_go("game.example:80", "the game is over")
    kept.let_go("game.example:80", "it is still over")

    assert caplog.messages == ["game.example:80: 1 kept messages of 5 bytes are dropped, unsent: the game is over"]
    assert kept.take() == []
