"""ConnectionStatistics: the counters of a connection."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ConnectionStatistics"]


class ConnectionStatistics(NamedTuple):
    """The counters since `connect_to_url`; they stay after the end. Not in Godot.

    For values per second, subtract the counters of a second ago.

    Attributes:
        messages_received: readable messages; in multiplayer mode the packets of peers.
        messages_sent: messages accepted by `put_packet` and the like.
        messages_ignored: in multiplayer mode, messages of the server without a meaning.
        bytes_received: of the payload of the messages received.
        bytes_sent: of the payload of the messages sent.
        unread_packets: packets received, and not read yet.
        unread_bytes: bytes of those.
        unsent_packets: packets sent, and not passed to the system yet.
        unsent_bytes: bytes of those.
        polls: calls of `poll()`.
        longest_poll: seconds, handlers included, of all `poll()` that found something to do; 0.0 before the first.
        silence: seconds since anything arrived from the server, even a pong; -1.0 if not open.
        unanswered_pings: pings of the heartbeat that the server has not answered; three end the connection.
        write_stall: seconds since the system last took a byte, if some wait to be sent; 0.0 if none do.
        backlog: messages that were read, and whose signal has not been emitted yet.
        polls_cut_short: polls that `poll_budget` ended with such messages left; several in a row mean falling behind.
    """

    messages_received: int
    messages_sent: int
    messages_ignored: int
    bytes_received: int
    bytes_sent: int
    unread_packets: int
    unread_bytes: int
    unsent_packets: int
    unsent_bytes: int
    polls: int
    longest_poll: float
    silence: float
    unanswered_pings: int
    write_stall: float
    backlog: int
    polls_cut_short: int
