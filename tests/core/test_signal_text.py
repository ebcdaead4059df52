"""Tests what `help()` shows of a signal."""

from __future__ import annotations

import pydoc

import pytest

from wsclient import Object, Signal, WebSocketClient
from wsclient.core.signal_text import text_of


class Door(Object):
    opened = Signal[str]("by")
    """Somebody has opened the door.

    A second paragraph.
    """
    closed = Signal[()]()
    knocked, rung = Signal[()](), Signal[()]()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("opened", "Somebody has opened the door.\n\nA second paragraph.", id="text"),
        pytest.param("closed", "", id="none"),
        pytest.param("unknown", "", id="no-such-name"),
    ],
)
def test_the_text_is_below_the_declaration(name: str, text: str) -> None:
    assert text_of(Door, name) == text


def test_without_source_there_is_no_text() -> None:
    assert text_of(type("Made", (), {}), "opened") == ""


@pytest.mark.parametrize("name", ["data_received", "connection_established", "connection_closed"])
def test_help_shows_arguments_and_text_of_a_signal(name: str) -> None:
    signal = getattr(WebSocketClient, name)
    text = pydoc.plain(pydoc.render_doc(signal))

    assert signal.declaration in text
    assert " ".join(text_of(WebSocketClient, name).split()) in " ".join(text.split())


def test_help_shows_the_signals_of_a_class() -> None:
    text = pydoc.plain(pydoc.render_doc(WebSocketClient))

    assert "connection_closed(was_clean_close: bool)" in text
    assert "Emitted when the connection has ended" in text


def test_the_class_of_signals_has_its_own_text() -> None:
    assert (Signal.__doc__ or "").startswith("Declares a signal")
