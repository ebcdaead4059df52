"""ConnectionStatistics: what a connection has done so far, in numbers."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ConnectionStatistics"]


class ConnectionStatistics(NamedTuple):
    """What was counted since `connect_to_url`; it stays after the end. Not in Godot.

    For what happens in a second, subtract what was counted a second ago.

    Attributes:
        messages_received: that could be read; in multiplayer mode the packets of peers.
        messages_sent: that were taken by `put_packet` and its like.
        messages_ignored: multiplayer mode: those of the server that meant nothing.
        bytes_received: of the payload of the messages received.
        bytes_sent: of the payload of the messages sent.
        unread_packets: received, and not read yet.
        unread_bytes: of those.
        unsent_packets: sent, and not handed to the system yet.
        unsent_bytes: of those.
        polls: calls of `poll()`.
        longest_poll: seconds, handlers included, of all `poll()` that found something to do; 0.0 before the first.
        silence: seconds since anything came from the server, if only a pong; -1.0 while not open.
        unanswered_pings: pings of the heartbeat that the server has not answered; three are the end of a line.
        write_stall: seconds since the system last took a byte, while some wait to be sent; 0.0 if none do.
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
