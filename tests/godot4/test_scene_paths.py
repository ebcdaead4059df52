from __future__ import annotations

import pytest

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.godot4 import Node, rpc
from wsclient.godot4.scene_paths import ScenePaths
from wsclient.ground.error import Error
from wsclient.multiplayer.godot4 import scene_commands as commands
from wsclient.multiplayer.known_paths import MAX_KNOWN_PATHS
from wsclient.scene.rpc_admission import NotAdmitted

RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE
NOTHING = Node().get_rpc_list().checksum


class Player(Node):
    @rpc
    def move(self): ...


@pytest.fixture
def sent():
    return []


@pytest.fixture
def paths(sent):
    def send(peer_id, packet, mode):
        sent.append((peer_id, commands.decode(packet), mode))
        return Error.OK

    return ScenePaths(send)


def announced(number, path, checksum=NOTHING):
    return commands.SimplifyPath(checksum, number, path)


def test_a_node_is_announced_once_to_each_peer_with_its_checksum(paths, sent):
    player = Player()
    assert [paths.number_of(player, "Player", peer_id) for peer_id in (5, 5, 7)] == [1, 1, 1]
    command = announced(1, "Player", player.get_rpc_list().checksum)
    assert sent == [(5, command, RELIABLE), (7, command, RELIABLE)]


def test_a_number_is_known_when_it_is_confirmed(paths):
    player = Player()
    paths.number_of(player, "Player", 5)
    assert not paths.is_confirmed(player, 5)
    assert paths.confirm(5, commands.ConfirmPath(True, 1)) is None
    assert paths.is_confirmed(player, 5)
    assert not paths.is_confirmed(player, 7)


def test_a_confirmation_names_the_differing_list(paths):
    player = Player()
    paths.number_of(player, "Player", 5)
    assert paths.confirm(5, commands.ConfirmPath(False, 1)) is player


def test_a_number_that_was_never_announced_cannot_be_confirmed(paths):
    with pytest.raises(NotAdmitted, match="confirms number 1, which was never announced"):
        paths.confirm(5, commands.ConfirmPath(True, 1))


def test_a_node_that_has_left_may_be_confirmed_late(paths):
    player = Player()
    paths.number_of(player, "Player", 5)
    paths.forget_node(player)
    assert paths.confirm(5, commands.ConfirmPath(False, 1)) is None
    assert paths.number_of(player, "Player", 5) == 2


def test_a_path_of_a_peer_is_confirmed_and_compared(paths, sent):
    assert paths.learn(5, announced(3, "Player", Player().get_rpc_list().checksum), Player())
    assert not paths.learn(5, announced(4, "Player"), Player())
    assert paths.learn(5, announced(9, "Late"), None)
    assert sent == [
        (5, commands.ConfirmPath(True, 3), RELIABLE),
        (5, commands.ConfirmPath(False, 4), RELIABLE),
        (5, commands.ConfirmPath(True, 9), RELIABLE),
    ]
    assert (paths.path_of(5, 3), paths.path_of(5, 5), paths.path_of(7, 3)) == ("Player", None, None)


def test_a_number_is_taken_once(paths):
    paths.learn(5, announced(3, "One"), None)
    with pytest.raises(NotAdmitted, match="announces number 3 for the second time"):
        paths.learn(5, announced(3, "Two"), None)
    assert paths.path_of(5, 3) == "One"


@pytest.mark.untraced
def test_a_flood_of_paths_is_remembered_up_to_the_limit(paths, sent):
    for number in range(MAX_KNOWN_PATHS):
        paths.learn(5, announced(number, "x"), None)
    with pytest.raises(NotAdmitted, match="too many paths"):
        paths.learn(5, announced(MAX_KNOWN_PATHS, "x"), None)
    assert len(sent) == MAX_KNOWN_PATHS


def test_a_peer_that_left_knows_nothing(paths):
    player = Player()
    paths.number_of(player, "Player", 5)
    paths.confirm(5, commands.ConfirmPath(True, 1))
    paths.learn(5, announced(3, "One"), None)
    paths.forget_peer(5)
    assert (paths.is_confirmed(player, 5), paths.path_of(5, 3)) == (False, None)


def test_another_session_begins_with_number_1(paths):
    player = Player()
    paths.number_of(Node(), "Other", 5)
    paths.learn(5, announced(3, "One"), None)
    paths.clear()
    assert (paths.number_of(player, "Player", 5), paths.path_of(5, 3)) == (1, None)
