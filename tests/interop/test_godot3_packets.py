"""Tests raw packets between a real server, a real client and Python clients.

It checks the receivers and the order.
"""

from __future__ import annotations

import pytest

MANY = 3000


@pytest.fixture
def crew(session):
    """Two Python clients and a real one that has all the time."""
    godot, godot_id = session.join_godot(["wait", 60])
    one, other = session.join(), session.join()
    session.drive(lambda: len(one.api.get_network_connected_peers()) == 3)
    return session, one, other, godot, godot_id


def packets_of(player, since=0):
    return [event.arguments for event in player.told("packet", since=since)]


@pytest.mark.parametrize("who", ["all", "the server", "one", "all but one", "all but the server"])
def test_a_packet_reaches_its_targets(crew, who):
    session, sender, other, godot, godot_id = crew
    target, reached = {
        "all": (0, {"server", "other", "godot"}),
        "the server": (1, {"server"}),
        "one": (godot_id, {"godot"}),
        "all but one": (-godot_id, {"server", "other"}),
        # The engine's own quirk (api.md 5): the server gets it too.
        "all but the server": (-1, {"server", "other", "godot"}),
    }[who]
    receivers = {"server": session.server, "other": other, "godot": godot, "sender": sender}
    before = {name: len(player.events) for name, player in receivers.items()}
    assert not sender.api.send_bytes(who.encode(), target)
    for name in (1, other.id, godot_id):  # what comes behind it tells when all have had the time
        sender.api.send_bytes(b"end", name)
    ends = [receivers[name] for name in ("server", "other", "godot")]
    session.drive(lambda: all(player.events and player.events[-1].arguments[-1] == b"end" for player in ends))
    got = {name: packets_of(player, since=before[name]) for name, player in receivers.items()}
    packet, end = (sender.id, who.encode()), (sender.id, b"end")
    assert got == {name: [packet] * (name in reached) + [end] * (name != "sender") for name in receivers}


def test_a_packet_of_a_real_client_reaches_python(session):
    one, other = session.join(), session.join()
    first = min(one.id, other.id)  # whom the client calls OTHER
    _, godot_id = session.join_godot(
        ["wait", 0.1], ["bytes", 0, b"all"], ["bytes", "OTHER", b"one"], ["bytes", "NOT_OTHER", b"not one"]
    )
    session.drive(lambda: sum(len(packets_of(player)) for player in (one, other)) == 4)
    expected = {True: [(godot_id, b"all"), (godot_id, b"one")], False: [(godot_id, b"all"), (godot_id, b"not one")]}
    assert [packets_of(player) for player in (one, other)] == [expected[player.id == first] for player in (one, other)]


@pytest.mark.untraced
def test_thousands_in_one_go_arrive_at_all_in_order(crew):
    session, sender, other, godot, _ = crew
    for number in range(MANY):
        assert not sender.api.send_bytes(number.to_bytes(2, "big"))
    receivers = [session.server, other, godot]
    session.drive(
        lambda: all(packets_of(player)[-1:] == [(sender.id, (MANY - 1).to_bytes(2, "big"))] for player in receivers)
    )
    sent = [(sender.id, number.to_bytes(2, "big")) for number in range(MANY)]
    assert [packets_of(player)[-MANY:] for player in receivers] == [sent] * 3


@pytest.mark.untraced
def test_thousands_from_the_server_arrive_in_order(crew):
    session, one, other, _, _ = crew
    for number in range(MANY):
        assert not one.main.rpc_id(1, "tell_bytes", 0, number.to_bytes(2, "big"))
    session.drive(lambda: all(len(packets_of(player)) == MANY for player in (one, other)))
    sent = [(1, number.to_bytes(2, "big")) for number in range(MANY)]
    assert [packets_of(player) for player in (one, other)] == [sent] * 2


@pytest.mark.parametrize("size", [1, 125, 126, 1000, 65525])
def test_packets_of_many_sizes_come_back_whole(crew, size):
    session, one, _, _, godot_id = crew
    packet = bytes(number & 255 for number in range(size))
    # 9 bytes of relay header and 1 of the command stand before it; a 3.2.3 server takes 65535 in all.
    one.api.send_bytes(packet, 1)
    session.drive(lambda: packets_of(session.server)[-1:] == [(one.id, packet)])
    one.main.rpc_id(1, "big", size)
    session.drive(lambda: one.told("on_big"))
    assert one.told("on_big")[0].arguments == (packet,)
    assert godot_id in one.api.get_network_connected_peers()


def test_the_server_may_send_more_than_it_takes(crew):
    session, one, _, _, _ = crew
    one.main.rpc_id(1, "big", 200_000)
    session.drive(lambda: one.told("on_big"))
    assert one.told("on_big")[0].arguments == (bytes(number & 255 for number in range(200_000)),)
