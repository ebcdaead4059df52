from __future__ import annotations

import pytest

from tests.support.scripted_peer import ScriptedPeer, SentPacket
from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3.commands import encode_simplify_path, invocation_of_call
from wsclient.scene.rpc_sender import MOST_ADDRESSED_SINGLY, RPCSender, put

RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE
UNRELIABLE = TransferMode.TRANSFER_MODE_UNRELIABLE

CALL = invocation_of_call("move", (1,))
ANNOUNCEMENT = encode_simplify_path(1, "Main")
BY_ID = CALL.by_id(1)
BY_PATH = CALL.by_path("Main")


@pytest.fixture
def peer():
    return ScriptedPeer()


@pytest.fixture
def sender():
    return RPCSender()


def send(sender, peer, target, receivers, path="Main", mode=RELIABLE):
    """Sends the call; returns the answer, and what left the peer."""
    peer.sent.clear()
    answer = sender.send(peer, CALL, path=path, target=target, receivers=receivers, mode=mode)
    return answer, peer.sent


def test_the_first_call_announces_the_path_and_writes_it_out(sender, peer):
    assert send(sender, peer, 1, [1]) == (Error.OK, [SentPacket(1, ANNOUNCEMENT), SentPacket(1, BY_PATH)])


def test_an_unconfirmed_path_is_announced_once_and_written_out_again(sender, peer):
    send(sender, peer, 1, [1])
    assert send(sender, peer, 1, [1]) == (Error.OK, [SentPacket(1, BY_PATH)])


def test_a_confirmed_path_is_a_number(sender, peer):
    send(sender, peer, 1, [1])
    assert sender.confirm(1, "Main")
    assert send(sender, peer, 1, [1]) == (Error.OK, [SentPacket(1, BY_ID)])


def test_a_broadcast_goes_to_each_receiver_in_order_of_ids_until_all_confirmed(sender, peer):
    _, sent = send(sender, peer, 0, [9, 1, 5])
    assert sent == [
        *[SentPacket(receiver, ANNOUNCEMENT) for receiver in (1, 5, 9)],
        *[SentPacket(receiver, BY_PATH) for receiver in (1, 5, 9)],
    ]
    sender.confirm(1, "Main")
    sender.confirm(9, "Main")
    _, sent = send(sender, peer, 0, [9, 1, 5])
    assert sent == [SentPacket(1, BY_ID), SentPacket(5, BY_PATH), SentPacket(9, BY_ID)]
    sender.confirm(5, "Main")
    _, sent = send(sender, peer, 0, [9, 1, 5])
    assert sent == [SentPacket(0, BY_ID)]


def test_a_target_of_all_but_one_is_kept_when_all_others_have_confirmed(sender, peer):
    send(sender, peer, -5, [1])
    sender.confirm(1, "Main")
    assert send(sender, peer, -5, [1])[1] == [SentPacket(-5, BY_ID)]


def test_the_path_is_written_out_if_no_peer_knows_it(sender, peer):
    assert send(sender, peer, 0, []) == (Error.OK, [SentPacket(0, BY_PATH)])


def test_h15_more_receivers_than_any_server_has_make_no_flood(sender, peer):
    assert len(send(sender, peer, 0, range(1, MOST_ADDRESSED_SINGLY + 1))[1]) == 2 * MOST_ADDRESSED_SINGLY
    everybody = range(1, MOST_ADDRESSED_SINGLY + 2)
    assert send(sender, peer, 0, everybody) == (Error.OK, [SentPacket(0, BY_PATH)])


def test_a_second_path_has_the_next_number(sender, peer):
    send(sender, peer, 1, [1])
    _, sent = send(sender, peer, 1, [1], path="Main/Player")
    assert sent[0] == SentPacket(1, encode_simplify_path(2, "Main/Player"))


def test_paths_are_written_out_again_to_a_returning_peer(sender, peer):
    send(sender, peer, 1, [1])
    sender.confirm(1, "Main")
    sender.forget_peer(1)
    assert send(sender, peer, 1, [1])[1] == [SentPacket(1, ANNOUNCEMENT), SentPacket(1, BY_PATH)]


def test_another_session_starts_again(sender, peer):
    send(sender, peer, 1, [1], path="Other")
    sender.clear()
    assert send(sender, peer, 1, [1])[1] == [SentPacket(1, ANNOUNCEMENT), SentPacket(1, BY_PATH)]


def test_only_announced_paths_can_be_confirmed(sender):
    assert not sender.confirm(1, "Main")


def test_announcements_are_always_reliable(sender, peer):
    _, sent = send(sender, peer, 1, [1], mode=UNRELIABLE)
    assert [packet.mode for packet in sent] == [RELIABLE, UNRELIABLE]


def test_a_refused_announcement_is_made_again(sender, peer):
    peer.answer = Error.ERR_OUT_OF_MEMORY
    assert send(sender, peer, 0, [1, 5]) == (Error.ERR_OUT_OF_MEMORY, [])
    peer.answer = Error.OK
    assert send(sender, peer, 1, [1])[1] == [SentPacket(1, ANNOUNCEMENT), SentPacket(1, BY_PATH)]


def test_put_sets_target_and_mode(peer):
    assert put(peer, -7, UNRELIABLE, b"x") == Error.OK
    assert peer.sent == [SentPacket(-7, b"x", UNRELIABLE)]
