"""Emits `data_received` for each message of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.websocket.link import Link

__all__ = ["emit_each"]


def emit_each(
    link: Link,
    payloads: list[bytes],
    sole_handlers: dict[str, Callable[..., object] | None],
    emit: Callable[[], object],
    clock: Callable[[], float],
    deadline: float,
) -> bool:
    """Puts announced messages into the inbox one by one, and emits `data_received` before the next one.

    Args:
        link: the connection; it stops if a handler ends that.
        payloads: the messages, which `PacketQueue.announce` has announced.
        sole_handlers: as in `SignalEmitter`.
        emit: emits the signal if it has no entry there.
        clock: monotonic, in seconds.
        deadline: when to stop, after one message at least.

    Returns:
        False if it stopped.
    """
    # Each message that a game handles by signal runs through this loop. So it uses local names, and usually calls only
    # the list, the handler and the clock.
    inbox, transport = link.inbox, link.transport
    put = inbox.packets.append
    for payload in payloads:
        inbox.received += 1
        put(payload)
        handler = sole_handlers["data_received"]
        if handler is None:
            emit()
        else:
            handler()
        if clock() >= deadline or link.transport is not transport:
            return False
    return True
