"""LinkPolling: reads and emits in `poll()`, as far as there is time and room."""

from __future__ import annotations

import logging
from _thread import get_ident
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.protocol.events import Ended
from wsclient.transport.descriptor import NOTHING, SOON, Descriptor
from wsclient.websocket.link_events import LinkEvents

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.ground.error import Error
    from wsclient.websocket.link import Link
    from wsclient.websocket.mailbox import Mailbox
    from wsclient.websocket.reconnector import Reconnector

__all__ = ["LinkPolling"]

logger: Final = logging.getLogger("wsclient.client")


class LinkPolling(LinkEvents):
    """The part of a client that polls its link, alone or in a `PollGroup`."""

    _has_read: bool
    _is_resting: bool
    _mailbox: Mailbox
    _reconnector: Reconnector | None
    _thread: int | None

    if TYPE_CHECKING:  # of the client

        def _send_message(self, payload: bytes, *, is_text: bool) -> Error: ...
        def _connect_again(self) -> bool: ...

    def _poll_awake(self) -> None:
        """Polls even if there may be nothing to do."""
        if self._is_polling:
            return
        if self._mailbox.messages:
            self._send_posted()
        self._is_resting = not self._step()
        if self._is_resting:
            # Checked again after that, because a thread first puts its message in, and then sets this to False.
            if self._mailbox.messages:
                self._is_resting = False
            return
        link = self._link
        try:
            self._is_polling = True
            self._work(link)
            if self._handlers["messages_available"]:
                self._tell_available(link)
            else:
                link.inbox.told = link.inbox.received
        except BaseException as error:
            self._end_poll(error)
            raise
        else:
            self._end_poll()
        finally:
            self._is_polling = False  # here too, because Ctrl+C may have interrupted _end_poll
            is_behind = self._meter.stop(has_left=bool(link.events) and not link.inbox.is_full)
            if is_behind and not link.has_warned_of_backlog:
                self._warn_of_backlog(link)

    def _send_posted(self) -> None:
        """Sends the messages of other threads from the mailbox, if there is room."""
        messages, link = self._mailbox.messages, self._link
        while messages and not link.is_full_for(len(messages[0][0])):
            payload, is_text, _ = messages[0]
            self._mailbox.take()
            self._send_message(payload, is_text=is_text)

    def _step(self) -> bool:
        """Takes one step of the connection. Returns True if there is work then."""
        self._meter.start()
        link = self._link
        transport = link.transport
        if transport is None:
            return self._owed is not None or bool(self._deferred) or self._connect_again()
        events = link.events
        if events:  # already read, and waiting for time or room; reading no more slows the sender down
            self._has_read = False
            if not isinstance(events[-1], Ended):
                events += transport.poll(read=False)
            return True
        self._has_read = has_read = not link.inbox.packets or self._has_room(link)
        events += transport.poll(read=has_read)
        return bool(events or transport.has_more or self._owed is not None or self._deferred)

    def _work(self, link: Link) -> None:
        """Emits events and reads on, until nothing, no time or no room is left."""
        clock, deadline = self._meter.clock, self._meter.deadline
        transport = link.transport
        enough = link.inbox.put_bytes + (0 if transport is None else transport.enough)
        if self._owed is not None:
            self._tell_owed(self._owed)
            if clock() >= deadline:
                return
        while transport is not None and link.transport is transport:
            if link.events:
                if not self._tell_next(link, deadline):
                    return
            elif self._has_read and (not transport.has_more or link.inbox.put_bytes >= enough):
                return  # nothing is left, or enough was read
            elif clock() >= deadline or not self._has_room(link):
                return
            else:
                self._has_read = True
                link.events += transport.poll()

    def _has_room(self, link: Link) -> bool:
        if not link.inbox.is_full or self._hands_messages_over():
            return True
        self._warn_of_pause(link)
        return False

    def _warn_of_backlog(self, link: Link) -> None:
        link.has_warned_of_backlog = True
        meter = self._meter
        figures = (
            f"three polls in a row used up poll_budget ({meter.budget * 1000:g} ms), the last {meter.last * 1000:.3g}"
        )
        remedies = "make their handlers faster, or call poll() more often or with a larger poll_budget"
        logger.warning("%s: %s ms; %d messages wait to be handled: %s", link.place, figures, link.backlog, remedies)

    # For a PollGroup

    def _let_rest(self, wake: Callable[[], object]) -> None:
        """Sets the callable for work that nothing else will announce.

        This is work without a descriptor that becomes ready, or a time that comes.
        """
        self._link.let_rest(wake)

    def _was_watched(self, at: float) -> None:
        """Called when a group that has watched this client until then watches it no more."""
        if self._link.transport is not None:
            self._link.transport.was_polled(at, None)

    def _poll_woken(self, at: float, is_readable: bool | None) -> None:
        """Polls for a group that has watched this client until then.

        See `Transport.was_polled`.
        """
        thread = get_ident()
        if thread != self._thread:
            self._claim(thread)
        if self._link.transport is not None:
            self._link.transport.was_polled(at, is_readable)
        self._poll_awake()

    def _resting_place(self) -> tuple[Descriptor | None, float]:
        """Returns the descriptor that wakes this client, and the end of its rest.

        The end is -inf if there is work, and `SOON` if there may be.
        """
        link, transport = self._link, self._link.transport
        if self._owed is not None or self._deferred or self._mailbox.messages:
            return None, -inf
        if transport is None:
            return NOTHING, inf if self._reconnector is None else self._reconnector.due
        if link.inbox.is_full and not self._hands_messages_over():
            return transport.descriptor, SOON  # until the program reads packets
        has_work = link.events or transport.has_more
        return transport.descriptor, -inf if has_work else transport.rests_until
