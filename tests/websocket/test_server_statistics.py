"""The counters of a server: of those that are there, and of those that have left."""

from __future__ import annotations

from tests.support.fake_transport import FakeTransport, binary
from wsclient import Error
from wsclient.websocket.link import Limits
from wsclient.websocket.packet_queue import PacketQueue
from wsclient.websocket.poll_meter import PollMeter
from wsclient.websocket.served_client import ServedClient, ServedLink, Totals
from wsclient.websocket.server_statistics import Counters, statistics_of_all


def client(*received: bytes, sent: int = 0) -> ServedClient:
    made = ServedClient(ServedLink(Totals(9), Limits(), Limits()), FakeTransport(), ("192.0.2.7", 5000))
    if received:
        made.link.inbox.extend(binary(*received))
    made.link.sent_messages, made.link.sent_bytes = sent, 10 * sent
    return made


def test_those_that_have_left_still_count() -> None:
    gone, inbox = Counters(), PacketQueue(100, 100, when_empty=Error.FAILED)
    gone.count(client(b"abc", sent=2))

    counted = statistics_of_all([client(b"ab", b"c", sent=1)], gone, None, inbox, PollMeter(0.004))

    assert (counted.messages_received, counted.bytes_received) == (3, 6)
    assert (counted.messages_sent, counted.bytes_sent) == (3, 30)


def test_waiting_data_is_that_of_current_clients() -> None:
    gone, inbox = Counters(), PacketQueue(100, 100, when_empty=Error.FAILED)
    gone.count(client(b"abc"))
    inbox.extend(binary(b"12345"))
    there = client(b"ab")
    there.link.events += [binary(b"a", b"b")]

    counted = statistics_of_all([there], gone, None, inbox, PollMeter(0.004))

    assert (counted.unread_packets, counted.unread_bytes, counted.backlog) == (2, 7, 2)
