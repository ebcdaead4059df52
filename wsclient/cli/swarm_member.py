"""Member: one client of a swarm, and its counters."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from wsclient.cli.swarm_tally import CONNECT, ROUND_TRIP
from wsclient.ground.escape import escape
from wsclient.ground.uncounted import uncounted

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.cli.swarm_tally import Tally
    from wsclient.websocket.client import WebSocketClient

__all__ = ["Member"]


class Member:
    """Follows one client from connecting to its end.

    Args:
        client: not connected yet.
        number: the number of the client, from 0.
        tally: the counters.
        clock: monotonic, in seconds.
        on_open: called with this member as soon as its client is open.
        due: when it was scheduled to connect, on that clock.
    """

    __slots__ = (
        "_clock",
        "_due",
        "_on_open",
        "_tally",
        "_waiting",
        "_was_asked",
        "client",
        "every",
        "is_leaving",
        "is_open",
        "is_over",
        "number",
    )

    def __init__(
        self,
        client: WebSocketClient,
        number: int,
        tally: Tally,
        clock: Callable[[], float],
        on_open: Callable[[Member], None],
        *,
        due: float,
    ) -> None:
        self.client: WebSocketClient = client
        self.number: int = number
        self.every: Callable[[], None] | None = None  # called at intervals, if a script wants it
        self.is_open: bool = False
        self.is_over: bool = False
        self.is_leaving: bool = False  # True if the swarm has ended it
        self._tally = tally
        self._clock = clock
        self._on_open = on_open
        self._due = due
        self._was_asked = False  # True if the server has closed it
        self._waiting: deque[float] = deque()  # when each message without an answer was due
        client.connection_established.connect(self._opened)
        client.connection_error.connect(self._failed)
        client.server_close_request.connect(self._asked)
        client.connection_closed.connect(self._closed)

    @property
    def is_waiting(self) -> bool:
        """True if any message has no answer yet."""
        return bool(self._waiting)

    def refused(self) -> None:
        """Called if `connect_to_url` was refused, after which there is no signal."""
        self._failed()

    def send(self, message: str | bytes, due: float) -> None:
        """Sends a message.

        Its time is measured from when it was due until the next message arrives.
        """
        client = self.client
        error = client.send_text(message) if isinstance(message, str) else client.send(message)
        if error:
            self._blame("send")
        else:
            self._waiting.append(due)

    def answered(self, _message: str | bytes) -> None:
        """Called with each received message."""
        if self._waiting:
            self._tally.record(ROUND_TRIP, self._clock() - self._waiting.popleft())

    def leave(self, code: int) -> None:
        """Closes the connection, and stops waiting for answers."""
        self.is_leaving = True
        self._give_up()
        self.client.disconnect_from_host(code)
        self.is_over = self.is_over or not self.is_open

    def _give_up(self) -> None:
        # The time that these messages have waited is the least that they would have taken. If it were left out, a
        # server that answers nothing would look fast.
        for due in self._waiting:
            self._tally.record(ROUND_TRIP, self._clock() - due)
        self._tally.counts["unanswered"] += len(self._waiting)
        self._waiting.clear()

    # Handlers of the client's signals

    def _opened(self, _protocol: str) -> None:
        self.is_open = True
        self._tally.counts["opened"] += 1
        self._tally.record(CONNECT, self._clock() - self._due)
        self._on_open(self)

    def _failed(self) -> None:
        self.is_over = True
        self._tally.counts["failed"] += 1
        self._blame("connect")

    def _asked(self, _code: int, _reason: str) -> None:
        self._was_asked = True

    def _closed(self, was_clean: bool) -> None:
        self.is_open, self.is_over = False, True
        if self.is_leaving:
            return
        self._give_up()
        if self._was_asked or not was_clean:  # otherwise the script has closed it
            self._tally.counts["lost"] += 1
            self._blame("close")

    def _blame(self, stage: str) -> None:
        failure = self.client.last_error
        if failure is not None:
            self._tally.blame(stage if stage == "send" else failure.stage, uncounted(failure.message))
            return
        code, reason = self.client.close_code, escape(self.client.close_reason)
        self._tally.blame(stage, f"The server closed with code {code}{f' ({reason})' if reason else ''}.")
