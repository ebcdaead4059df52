"""Combines the counters of a client's link, session and polls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.websocket.connection_statistics import ConnectionStatistics

if TYPE_CHECKING:
    from wsclient.multiplayer.session import Session
    from wsclient.websocket.link import Link
    from wsclient.websocket.poll_meter import PollMeter

__all__ = ["statistics_of"]


def statistics_of(link: Link, session: Session | None, meter: PollMeter) -> ConnectionStatistics:
    """Returns the current counters. May be called by any thread."""
    transport, inbox = link.transport, link.inbox
    return ConnectionStatistics(
        messages_received=inbox.received + inbox.handed,
        messages_sent=link.sent_messages,
        messages_ignored=0 if session is None else session.ignored,
        bytes_received=inbox.received_bytes + inbox.handed_bytes,
        bytes_sent=link.sent_bytes,
        unread_packets=len(inbox.packets),
        unread_bytes=inbox.size,
        unsent_packets=link.buffered_messages,
        unsent_bytes=link.buffered_amount,
        polls=meter.count,
        longest_poll=meter.longest,
        silence=-1.0 if transport is None else transport.silence,
        unanswered_pings=0 if transport is None else transport.unanswered_pings,
        write_stall=0.0 if transport is None else transport.write_stall,
        backlog=link.backlog,
        polls_cut_short=meter.cut_short,
        wire_bytes_received=link.traffic.received,
        wire_bytes_sent=link.traffic.sent,
    )
