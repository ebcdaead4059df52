from __future__ import annotations

import pytest

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.godot4 import Node, rpc
from wsclient.godot4.rpc_config import RPCConfig, RPCMode
from wsclient.godot4.rpc_marks import RPCMethod

ANY, AUTHORITY = RPCMode.RPC_MODE_ANY_PEER, RPCMode.RPC_MODE_AUTHORITY
RELIABLE, UNRELIABLE, ORDERED = (
    TransferMode.TRANSFER_MODE_RELIABLE,
    TransferMode.TRANSFER_MODE_UNRELIABLE,
    TransferMode.TRANSFER_MODE_UNRELIABLE_ORDERED,
)


def config_of(mark):
    def method(self): ...

    marked = mark(method)
    assert isinstance(marked, RPCMethod)
    return marked.config


@pytest.mark.parametrize(
    ("mark", "config"),
    [
        pytest.param(rpc, RPCConfig(AUTHORITY, False, RELIABLE, 0), id="bare"),
        pytest.param(rpc(), RPCConfig(), id="empty"),
        pytest.param(rpc("any_peer"), RPCConfig(ANY), id="any-peer"),
        pytest.param(rpc("authority"), RPCConfig(AUTHORITY), id="authority"),
        pytest.param(rpc("call_local"), RPCConfig(AUTHORITY, True), id="call-local"),
        pytest.param(
            rpc("any_peer", "call_local", "unreliable", 2), RPCConfig(ANY, True, UNRELIABLE, 2), id="all-four"
        ),
        pytest.param(
            rpc("unreliable", "call_local", "any_peer", 2), RPCConfig(ANY, True, UNRELIABLE, 2), id="any-order"
        ),
        pytest.param(rpc("unreliable_ordered", channel=3), RPCConfig(AUTHORITY, False, ORDERED, 3), id="channel"),
        pytest.param(rpc("call_remote", "reliable"), RPCConfig(), id="defaults-in-words"),
    ],
)
def test_reads_the_words_as_gdscript_does(mark, config):
    assert config_of(mark) == config


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(("any_pear",), "did you mean 'any_peer'", id="typing-mistake"),
        pytest.param(("x",), "the words are any_peer, authority, call_local", id="unknown"),
        pytest.param(("any_peer", "authority"), "@rpc has 'any_peer' and 'authority': one of them", id="two-modes"),
        pytest.param(("reliable", "reliable"), "one of them", id="twice"),
        pytest.param((2, "any_peer"), "the words are", id="channel-not-at-the-end"),
    ],
)
def test_refuses_other_words_when_the_class_is_made(words, message):
    with pytest.raises(ValueError, match=message):
        rpc(*words)


def test_refuses_two_channels():
    with pytest.raises(ValueError, match="two channels: 2 and 3"):
        rpc("any_peer", 2, channel=3)


@pytest.mark.parametrize("marked", [property(lambda self: 1), 3, staticmethod(lambda: 1)])
def test_only_a_method_can_be_marked(marked):
    with pytest.raises(TypeError, match="marks a method"):
        rpc("any_peer")(marked)


def test_a_coroutine_is_refused():
    with pytest.raises(TypeError, match="never awaited"):

        @rpc
        async def method(self): ...


class Player(Node):
    """A player."""

    def __init__(self, name=""):
        super().__init__(name)
        self.health = 100

    @rpc("any_peer", "call_local")
    def hurt(self, by: int, times: int = 1) -> int:
        """Hurts."""
        self.health -= by * times
        return self.health


class Tank(Player):
    def hurt(self, by, times=1):
        return super().hurt(by / 2, times)


def test_a_marked_method_is_called_as_any():
    assert Player().hurt(3, times=2) == 94
    assert Player.hurt(Player(), 3) == 97
    assert Player.hurt.__doc__ == Player().hurt.__wrapped__.__doc__ == "Hurts."


def test_an_override_without_a_mark_keeps_that_of_its_base():
    tank = Tank()
    assert tank.hurt(4) == 98
    assert tank.hurt.config == Player().hurt.config
    assert tank.get_rpc_list().checksum == Player().get_rpc_list().checksum


def test_a_method_of_one_node_equals_itself():
    player, other = Player(), Player()
    assert player.hurt == player.hurt
    assert hash(player.hurt) == hash(player.hurt)
    assert player.hurt != other.hurt
    assert player.hurt != 1


def test_shows_its_mark():
    assert repr(Player("Ada").hurt).startswith('<@rpc("any_peer", "call_local", "reliable") <bound method')


def test_calls_by_keyword_go_by_position():
    player, sent = Player(), []
    player.rpc_id = lambda peer_id, method, *args: sent.append((peer_id, method, *args))
    player.hurt.rpc(3, times=2)
    player.hurt.rpc_id(5, by=3)
    player.hurt.rpc(4)
    assert sent == [(0, "hurt", 3, 2), (5, "hurt", 3), (0, "hurt", 4)]
