"""ServerPolling: gives each client with work a turn in `poll()`."""

from __future__ import annotations

import logging
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.core.handler_errors import log_and_forget, raise_all
from wsclient.protocol.events import Ended, Failure, FailureKind, Messages, Stage
from wsclient.transport.descriptor import NOTHING, SOON
from wsclient.transport.listener import Listener
from wsclient.transport.polled_time import ALWAYS_COUNTED
from wsclient.websocket.server_events import ServerEvents
from wsclient.websocket.server_statistics import Counters

if TYPE_CHECKING:
    from wsclient.transport.watchlist import Entry
    from wsclient.websocket.served_client import ServedClient, ServedLink

__all__ = ["ServerPolling"]

logger: Final = logging.getLogger("wsclient.server")

_MOST_ACCEPTED: Final = 64  # connections in one poll(); arbitrary
_PAUSE: Final = 1.0  # seconds without accepting when the machine has no descriptor left


class ServerPolling(ServerEvents):
    """The part of a server that listens, and gives its clients their turns."""

    _stall_timeout: float

    # Starting and stopping

    def _restart(self) -> None:
        self._gone = Counters()
        self._meter.restart(self._clock)
        self._polled_at = self._clock()

    def _start(self, listener: Listener) -> None:
        self._listener = listener
        self._listening = self._watchlist.add(listener)

    def _stop_listening(self) -> None:
        if self._listener is None or self._listening is None:
            return
        self._watchlist.discard(self._listening)
        self._listener.close()
        self._listener = self._listening = None
        for client in [each for each in self._served if each.client_id not in self._clients]:
            client.link.let_go()
            self._forget(client)

    def _let_go_of_all(self) -> None:
        """Drops every connection.

        The next `poll()` emits the ends of clients that had joined.
        """
        for client in list(self._served):
            client.link.let_go()
            if client.client_id in self._clients:
                client.link.events.append(Ended(was_clean=False))
                self._watchlist.wake(client.entry)
            else:
                self._forget(client)

    # One poll

    def _look(self, now: float) -> None:
        if now - self._polled_at > ALWAYS_COUNTED:  # their time did not count meanwhile, so their deadlines are later
            self._watchlist.wake_all([client.entry for client in self._served])
        try:
            self._watchlist.look(now)
        except OSError as error:
            logger.warning("the system cannot say which of %d clients are ready: %s", len(self._served), error)

    def _work(self, now: float) -> None:
        """Gives each client with work a turn, while there is time."""
        before, self._polled_at = self._polled_at, now
        self._watchlist.restless.clear()
        deadline, count = self._meter.deadline, self._watchlist.awake_count
        share = self._meter.budget / max(count, 1)
        errors: list[Exception] = []
        for _ in range(count):
            entry = self._watchlist.take()
            if entry is None:
                break
            try:
                member = entry.member
                if isinstance(member, Listener):
                    self._accept(entry, member, deadline)
                elif not (entry.has_only_a_frame and member.has_written_frame()):
                    self._serve(entry, member, before, share)
            except Exception as error:  # noqa: BLE001 - a handler's; it leaves when all have had their turn
                errors.append(error)
            except BaseException:
                self._watchlist.wake(entry)  # its turn was interrupted, as by Ctrl+C
                log_and_forget(errors)
                raise
            if self._clock() >= deadline:
                break
        self._tidy(now, deadline)
        if errors:
            raise_all(errors, f"handlers for {len(errors)} clients raised")

    def _tidy(self, now: float, deadline: float) -> None:
        """Does the work that belongs to no client, or to all of them."""
        if self._lingering:
            self._lingering.step(now, deadline, self._clock)
        if self._totals.is_over:
            self._totals.count()

    # Accepting

    def _accept(self, entry: Entry[ServedClient | Listener], listener: Listener, deadline: float) -> None:
        descriptor, until = listener.descriptor, inf
        try:
            for _ in range(_MOST_ACCEPTED):
                if self._pending >= self._limits["max_pending"]:
                    descriptor = NOTHING  # woken when one of them has joined or left
                    break
                stream = listener.accept(self._lingering)
                if stream is None:
                    break
                self._admit(stream)
                if self._clock() >= deadline:
                    break
            self._has_warned_of_descriptors = False
        except (OSError, MemoryError) as error:
            descriptor, until = NOTHING, self._polled_at + _PAUSE
            if not self._has_warned_of_descriptors:
                self._has_warned_of_descriptors = True
                logger.warning("no client can be accepted now: %s", error)
        self._watchlist.rest(entry, descriptor, until)

    # Serving

    def _serve(self, entry: Entry[ServedClient | Listener], client: ServedClient, before: float, share: float) -> None:
        link = client.link
        entry.is_awake = True  # its own turn must not wake it again
        # If it is one of many that receive messages, and has sent nothing, writing them is the only work.
        was_polled = self._polled_at - before <= ALWAYS_COUNTED
        watched = entry.watched if entry.is_ready is False and not link.events else None
        if watched is not None and was_polled and client.transport.has_only_written(self._polled_at):
            entry.is_awake = False
            self._watchlist.rest(entry, watched, entry.due)
            return
        try:
            if link.transport is not None:
                client.transport.was_polled(before, entry.is_ready)
                self._step(client, link)
            if link.events:
                self._tell_all(client, self._clock() + share)
        finally:
            entry.is_awake = False
            if not entry.is_removed:
                self._settle(entry, client)

    def _step(self, client: ServedClient, link: ServedLink) -> None:
        """Takes one step of the connection."""
        transport, events = client.transport, link.events
        if not events:
            link.events = events = transport.poll(
                not ((link.inbox.packets and link.inbox.is_full) or self._totals.is_over)
            )
            for event in events:
                if isinstance(event, Messages):
                    self._totals.use(event.size)
        elif not isinstance(events[-1], Ended):
            events += transport.poll(read=False)
        if 0.0 < self._stall_timeout < transport.write_stall:
            seconds, place = self._stall_timeout, client.place
            words = f"{place} has taken nothing of what waits for it for {seconds:g} s"
            transport.abort()
            events.append(Ended(was_clean=False, failure=Failure(Stage.OPEN, FailureKind.TIMEOUT, words)))

    def _settle(self, entry: Entry[ServedClient | Listener], client: ServedClient) -> None:
        descriptor, until = client.resting_place()
        if descriptor is None or until <= self._polled_at:
            self._watchlist.stay_awake(entry, descriptor, is_restless=until == SOON)
        else:
            self._watchlist.rest(entry, descriptor, until)
