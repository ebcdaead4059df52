"""Tests what a subclass may redefine.

Anything else is refused when the class is made (faults C1).
"""

from __future__ import annotations

import pytest

from wsclient import NetworkedMultiplayerPeer, Node, Object, PacketPeer, WebSocketClient
from wsclient.scene.multiplayer_base import MultiplayerBase


def game(**members: object) -> type:
    """Makes a subclass with these members."""
    return type("Game", (WebSocketClient,), members)


def test_c1_the_base_is_found_through_any_class() -> None:
    assert issubclass(game(), WebSocketClient)


@pytest.mark.parametrize(
    "name", ["_step", "_tell", "_renew", "_emit", "_handlers", "_settings", "_link", "_owed", "_events", "_lock"]
)
@pytest.mark.parametrize("value", [lambda self: None, {}], ids=["method", "attribute"])
def test_c1_a_name_that_the_library_needs_is_refused(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"Game redefines {name}, which .* needs"):
        game(**{name: value})


@pytest.mark.parametrize("base", [Object, PacketPeer, NetworkedMultiplayerPeer, Node])
def test_c1_every_class_of_ours_is_guarded(base: type) -> None:
    with pytest.raises(TypeError, match="Own redefines _emit"):
        type("Own", (base,), {"_emit": None})


def test_c1_a_mixin_before_ours_is_refused() -> None:
    class Mixin:
        def _tell(self) -> None: ...

    with pytest.raises(TypeError, match="Mixin redefines _tell"):
        type("Game", (Mixin, WebSocketClient), {})


def test_c1_a_class_that_was_right_for_another_base_is_refused_too() -> None:
    class Lobby(Object):
        def _step(self) -> None: ...

    with pytest.raises(TypeError, match="Lobby redefines _step"):
        type("Game", (Lobby, WebSocketClient), {})


def test_c1_a_mixin_after_ours_hides_nothing() -> None:
    class Mixin:
        def _tell(self) -> None: ...

    assert issubclass(type("Game", (WebSocketClient, Mixin), {}), Mixin)


def test_c1_an_attribute_that_a_method_sets_is_refused() -> None:
    with pytest.raises(TypeError, match="Game redefines _link"):

        class Game(WebSocketClient):
            def start(self) -> None:
                self._link, self.score = object(), 1  # type: ignore[assignment]


def test_c1_the_same_attribute_of_another_object_is_free() -> None:
    class Game(WebSocketClient):
        def start(self, other: object) -> None:
            other._link = self._link  # type: ignore[attr-defined]

    assert Game.__name__ == "Game"


def test_c1_everything_public_and_the_hooks_are_free() -> None:
    hooks = ("_on_connect", "_on_close_request", "_on_disconnect", "_on_error", "_on_peer_packet")
    public = ("poll", "put_packet", "connect", "on", "score")

    assert game(**dict.fromkeys((*hooks, *public), lambda self: None)).__name__ == "Game"


def test_c1_private_names_of_ones_own_are_free() -> None:
    class Game(WebSocketClient):
        def __init__(self) -> None:
            super().__init__()
            self._score = 3
            self.__secret = 4

        def _win(self) -> int:
            return self._score + self.__secret

    assert Game()._win() == 7


def test_c1_a_custom_peer_may_define_its_own_names() -> None:
    members = ("_get_packet", "_put_packet", "_set_packet_error")

    assert type("Own", (NetworkedMultiplayerPeer,), dict.fromkeys(members, lambda self: None)).__name__ == "Own"


def test_c1_abstract_methods_may_be_defined() -> None:
    assert type("Own", (MultiplayerBase,), {"_on_end": lambda self, kind: None}).__name__ == "Own"


def forgets_all(self: object) -> None:
    """An `__init__` that does nothing."""


def connects(self: WebSocketClient) -> None:
    """An `__init__` that needs what it has not made."""
    self.data_received.connect(print)


@pytest.mark.parametrize("init", [forgets_all, connects])
def test_c1_a_forgotten_init_is_reported_by_name(init: object) -> None:
    made = game(__init__=init)

    with pytest.raises(TypeError, match=r"Game.__init__\(\) must call super\(\).__init__\(\)"):
        made()


def test_c1_an_init_that_a_mixin_forgets_is_reported_too() -> None:
    class Mixin:
        def __init__(self) -> None:
            self.score = 3

    with pytest.raises(TypeError, match=r"must call super\(\).__init__\(\)"):
        type("Game", (Mixin, WebSocketClient), {})()


def test_an_attribute_error_of_the_program_is_unchanged() -> None:
    class Game(WebSocketClient):
        def __init__(self) -> None:
            super().__init__()
            print(self.nothing_there)  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="nothing_there"):
        Game()
