"""Tests joining, leaving, kicks and the server's end.

A real Godot client sees the same.
"""

from __future__ import annotations

import pytest

from tests.support.godot3 import drive
from tests.support.godot3_player import PythonPlayer
from tests.support.godot3_session import GodotSession
from tests.support.ports import free_port

FOR_LONG = ["wait", 60]

# The only deliberate difference: after a good session, the engine reports a failed connection.
ENDS = {"connection_failed": "server_disconnected"}


def in_own_words(events, names):
    """The events, with names for ids, and with one word for the end."""
    return [
        (ENDS.get(event.name, event.name), event.peer, *(names.get(each, each) for each in event.arguments))
        for event in events
    ]


def join(session, kind):
    """Joins as a Python client or as a real one; returns it and its id."""
    if kind == "godot":
        return session.join_godot(FOR_LONG)
    player = session.join()
    return player, player.id


@pytest.mark.parametrize("kind", ["godot", "python"])
def test_a_client_sees_others_come_and_go_and_is_kicked_with_code_and_reason(session, kind):
    _, first = session.join_godot(FOR_LONG)
    helper = session.join()
    subject, subject_id = join(session, kind)
    _, second = session.join_godot(["wait", 0.1], ["leave"])
    session.drive(lambda: subject.told("disconnected"))
    helper.main.rpc_id(1, "kick", subject_id, 4001, "bye")
    session.drive(lambda: subject.told("connection_failed", "server_disconnected"))
    names = {subject_id: "subject", first: "first", helper.id: "helper", second: "second"}
    assert in_own_words(subject.events, names) == [
        ("connected", 0, 1),
        ("connected_to_server", 0, "subject"),
        *[("connected", 0, names[each]) for each in sorted([first, helper.id])],
        ("connected", 0, "second"),
        ("disconnected", 0, "second"),
        ("close_request", 0, 4001, "bye"),
        ("server_disconnected", 0),
    ]


def test_the_others_see_a_python_client_come_and_go(session):
    watcher, _ = session.join_godot(FOR_LONG)
    player = session.join()
    peer_id = player.id
    session.drive(lambda: watcher.told("connected", since=2))
    player.client.disconnect_from_host(4321, "tired")
    session.drive(lambda: watcher.told("disconnected"))
    assert in_own_words(watcher.events[2:], {}) == [("connected", 0, peer_id), ("disconnected", 0, peer_id)]
    assert session.server.told("close_request")[-1].arguments == (peer_id, 4321, "tired")
    session.drive(lambda: player.told("server_disconnected"))
    assert (player.id, player.client.get_peers(), player.api.get_network_connected_peers()) == (0, [], [])


def test_a_python_client_can_come_back(session):
    player = session.join()
    first_id = player.id
    player.client.disconnect_from_host()
    session.drive(lambda: player.told("server_disconnected"))
    before = len(player.events)
    assert not player.client.connect_to_url(f"ws://127.0.0.1:{session.port}", gd_mp_api=True)
    session.drive(lambda: player.told("connected_to_server", since=before))
    assert player.id not in {0, first_id}
    player.main.rpc_id(1, "echo", "again")
    session.drive(lambda: player.told("on_echo"))
    assert player.told("on_echo")[0].arguments == ("again",)


def test_the_end_of_the_server_is_seen_as_a_real_client_sees_it(tmp_path):
    with GodotSession(tmp_path) as session:
        godot, _ = session.join_godot(FOR_LONG)
        python = session.join()
        session.drive(lambda: godot.told("connected", since=2))
        seen = {player: len(player.events) for player in (godot, python)}
        python.main.rpc_id(1, "stop")
        session.drive(lambda: godot.told("connection_failed") and python.told("server_disconnected"))
        ends = [in_own_words(player.events[count:], {}) for player, count in seen.items()]
    assert ends[0] == ends[1]
    assert ends[1][-1] == ("server_disconnected", 0)


def test_without_a_server_the_connection_fails():
    player = PythonPlayer(free_port())
    drive(lambda: player.events, player)
    assert [event.name for event in player.events] == ["connection_failed"]
