"""Tests that no copy of an object shares its sockets."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest

from wsclient import PollGroup, WebSocketServer, godot4
from wsclient.testing import connected_pair

if TYPE_CHECKING:
    from collections.abc import Callable


def _served_peer() -> object:
    _, server = connected_pair()
    return server.get_peer(server.get_peers()[0])


def _request() -> object:
    _, server = connected_pair()
    return server.get_request(server.get_peers()[0])


OWNERS: dict[str, Callable[[], object]] = {
    "WebSocketClient": lambda: connected_pair()[0],
    "WebSocketServer": WebSocketServer,
    "WebSocketPeer": _served_peer,
    "ClientRequest": _request,
    "PollGroup": PollGroup,
    "WebSocketPeer of Godot 4": godot4.WebSocketPeer,
    "WebSocketMultiplayerPeer of Godot 4": godot4.WebSocketMultiplayerPeer,
}


@pytest.mark.filterwarnings("ignore:.*was dropped while open:ResourceWarning")
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
@pytest.mark.parametrize("name", OWNERS)
def test_the_owner_of_a_connection_cannot_be_copied(name: str, copied: Callable[[object], object]) -> None:
    owner = OWNERS[name]()

    with pytest.raises(TypeError, match=f"a {name.split(maxsplit=1)[0]} cannot be copied or pickled"):
        copied(owner)
