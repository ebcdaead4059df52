"""Combines the counters of a server's current and former clients."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from wsclient.websocket.connection_statistics import ConnectionStatistics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.multiplayer.session import Session
    from wsclient.websocket.packet_queue import PacketQueue
    from wsclient.websocket.poll_meter import PollMeter
    from wsclient.websocket.served_client import ServedClient

__all__ = ["Counters", "statistics_of_all"]


class Counters:
    """The totals of some clients, such as those that have left."""

    def __init__(self) -> None:
        self.messages_received: int = 0
        self.messages_sent: int = 0
        self.bytes_received: int = 0
        self.bytes_sent: int = 0
        self.wire_bytes_received: int = 0
        self.wire_bytes_sent: int = 0

    def count(self, client: ServedClient) -> None:
        """Adds those of one client."""
        link = client.link
        self.messages_received += link.inbox.received
        self.messages_sent += link.sent_messages
        self.bytes_received += link.inbox.received_bytes
        self.bytes_sent += link.sent_bytes
        self.wire_bytes_received += link.traffic.received
        self.wire_bytes_sent += link.traffic.sent


def statistics_of_all(
    clients: Iterable[ServedClient], gone: Counters, session: Session | None, inbox: PacketQueue, meter: PollMeter
) -> ConnectionStatistics:
    """Returns the current counters.

    Args:
        clients: the current clients.
        gone: the counters of those that have left.
        session: their session; None in normal mode.
        inbox: the packets of that session.
        meter: the polls of the server.
    """
    present, totals = [*clients], copy(gone)
    for client in present:
        totals.count(client)
    links, transports = [client.link for client in present], [client.transport for client in present]
    return ConnectionStatistics(
        messages_received=totals.messages_received,
        messages_sent=totals.messages_sent,
        messages_ignored=0 if session is None else session.ignored,
        bytes_received=totals.bytes_received,
        bytes_sent=totals.bytes_sent,
        unread_packets=sum(len(link.inbox.packets) for link in links) + len(inbox.packets),
        unread_bytes=sum(link.inbox.size for link in links) + inbox.size,
        unsent_packets=sum(link.buffered_messages for link in links),
        unsent_bytes=sum(link.buffered_amount for link in links),
        polls=meter.count,
        longest_poll=meter.longest,
        silence=-1.0,
        unanswered_pings=sum(transport.unanswered_pings for transport in transports),
        write_stall=max((transport.write_stall for transport in transports), default=0.0),
        backlog=sum(link.backlog for link in links),
        polls_cut_short=meter.cut_short,
        wire_bytes_received=totals.wire_bytes_received,
        wire_bytes_sent=totals.wire_bytes_sent,
    )
