"""ConnectionStatistics: the counters of a connection."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ConnectionStatistics"]


class ConnectionStatistics(NamedTuple):
    """The counters since `connect_to_url`. Not in Godot.

    They are kept after the end.

    For values per second, subtract the counters of one second before.

    Attributes:
        messages_received: messages received; in multiplayer mode, the packets of peers.
        messages_sent: messages accepted by `put_packet` and the like.
        messages_ignored: messages of the server that have no meaning in multiplayer mode.
        bytes_received: the payload of the received messages.
        bytes_sent: the payload of the sent messages.
        unread_packets: packets received but not read yet.
        unread_bytes: the bytes of these.
        unsent_packets: packets accepted but not passed to the system yet.
        unsent_bytes: the bytes of these.
        polls: calls of `poll()`.
        longest_poll: the longest `poll()` that found something to do, in seconds, with handlers; 0.0 before the first.
        silence: seconds since any byte arrived from the server, even one of a pong; -1.0 if not open.
        unanswered_pings: pings of the heartbeat that the server has not answered; three end the connection.
        write_stall: seconds since the system last took a byte; 0.0 if no bytes wait to be sent.
        backlog: messages received whose signal has not been emitted yet.
        polls_cut_short: polls that `poll_budget` ended with such messages left; several in a row mean that the program
            cannot keep up.
        wire_bytes_received: bytes of frames that were read: compressed, with headers, pings and Close frames; without
            the opening handshake, TLS and TCP. 0 in a browser, which does not show them.
        wire_bytes_sent: the same of frames written to the system, or to TLS.
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
    wire_bytes_received: int
    wire_bytes_sent: int
