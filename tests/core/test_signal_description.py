"""Tests how signals are described by their declarations.

A class with wrong declarations is refused.
"""

from __future__ import annotations

import pytest

from wsclient.core.object import Object
from wsclient.core.signal import Signal
from wsclient.core.signal_description import arguments_of, declared_signals, description_of, unknown_signal


class Base(Object):
    closed = Signal[bool]("was_clean")
    opened = Signal[()]()


class Mixin:
    mixed = Signal[int]("number")


class Derived(Mixin, Base):
    added = Signal[str]("text")
    closed = Signal[int]("code")


def test_a_class_has_its_own_signals_first_then_its_bases() -> None:
    assert list(declared_signals(Derived)) == ["added", "closed", "mixed", "opened"]


def test_a_signal_may_be_declared_again() -> None:
    assert declared_signals(Derived)["closed"] is Derived.closed
    assert declared_signals(Base)["closed"] is Base.closed


def test_a_method_that_would_hide_a_signal_is_refused() -> None:
    with pytest.raises(TypeError, match="closed is both a signal and something else"):

        class Wrong(Base):
            def closed(self, was_clean: bool) -> None: ...


def test_a_signal_that_would_hide_a_method_is_refused() -> None:
    with pytest.raises(TypeError, match="connect is both a signal and something else"):

        class Wrong(Base):
            connect = Signal[()]()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(Signal[int], id="no-name"),
        pytest.param(lambda: Signal[()]("name"), id="no-type"),
        pytest.param(lambda: Signal[int, str]("number"), id="one-name-too-few"),
    ],
)
def test_a_signal_has_one_name_for_each_type(make) -> None:
    with pytest.raises(TypeError, match="wrong needs a name for each type"):
        type("Wrong", (Object,), {"wrong": make()})


def test_a_description_has_godots_keys() -> None:
    assert description_of("closed", arguments_of(Base.closed)) == {
        "name": "closed",
        "args": [{"name": "was_clean", "type": bool}],
        "default_args": [],
        "flags": 1,
        "id": 0,
        "return": {"name": "", "type": type(None)},
    }


@pytest.mark.parametrize(
    ("name", "known", "words"),
    [
        pytest.param("data_recieved", ["closed", "data_received"], "did you mean 'data_received'?", id="misspelt"),
        pytest.param("zzz", ["closed"], "did you mean 'closed'?", id="nothing-alike"),
        pytest.param("", ["closed"], "no signal ''; did you mean 'closed'?", id="empty"),
        pytest.param("opened", [], "it has none", id="none-at-all"),
        pytest.param("ws://localhost", ["closed"], "did you mean connect_to_url?", id="url"),
        pytest.param("WSS://localhost:1/x", [], "did you mean connect_to_url?", id="url-in-capitals"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(name: str, known: list[str], words: str) -> None:
    assert words in unknown_signal(name, known, "Client", {})


@pytest.mark.parametrize("name", ["close", "on_close", "CLOSE", "on-close"])
def test_c5_a_synonym_leads_to_its_signal(name: str) -> None:
    told = unknown_signal(name, ["clothed", "ended"], "Client", {"close": ["ended", "of_another_class"]})

    assert told.endswith("did you mean 'ended'?")


def test_c5_a_synonym_may_lead_to_two_signals() -> None:
    assert "'a' or 'b'?" in unknown_signal("message", ["a", "b"], "Client", {"message": ["a", "b"]})
