"""Fleet: the clients of one process of a swarm.

It runs from the first connect to the last close.
"""

from __future__ import annotations

import traceback
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from wsclient.cli.swarm_member import Member
from wsclient.ground.escape import escape
from wsclient.protocol.close_code import CloseCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wsclient.cli.swarm_options import SwarmOptions
    from wsclient.cli.swarm_script import Script
    from wsclient.cli.swarm_tally import Tally
    from wsclient.websocket.client import WebSocketClient
    from wsclient.websocket.poll_group import PollGroup

__all__ = ["Fleet"]

_GRACE: Final = 5.0  # seconds for the answers to the last messages, and then for the closes
_FAR: Final = 0.1  # seconds; the longest sleep, so that Ctrl-C is noticed


class Fleet:
    """Connects clients and sends messages as planned, however slow the server is.

    Args:
        options: the parsed command line.
        numbers: the numbers of this process's clients.
        group: polls them.
        tally: the counters.
        make_client: makes a client that is set up and not connected.
        script: the behaviour of each client; None to send the message of the options, if there is one.
        clock: monotonic, in seconds; that of the group.
    """

    def __init__(
        self,
        options: SwarmOptions,
        numbers: Iterable[int],
        group: PollGroup,
        tally: Tally,
        make_client: Callable[[], WebSocketClient],
        script: Script | None,
        clock: Callable[[], float],
    ) -> None:
        self._options = options
        self._plan = options.plan
        self._numbers = list(reversed(list(numbers)))  # in reverse, so that the next one is last
        self._group = group
        self._tally = tally
        self._make_client = make_client
        self._script = script
        self._clock = clock
        self._start = clock()
        self._members: list[Member] = []
        self._due: list[tuple[float, int, Member]] = []  # a heap of (when, number, member)
        self._stopped_at: float | None = None

    def step(self) -> None:
        """Does everything that is due, and polls."""
        now = self._clock()
        if self._stopped_at is None:
            self._connect(now)
            self._act(now)
        try:
            self._group.poll()
        except ExceptionGroup as errors:
            for error in errors.exceptions:
                self._blame_script(error)
        except Exception as error:  # noqa: BLE001 - raised by a script's handler
            self._blame_script(error)

    def next_step(self) -> float:
        """Returns when the next step must be made at the latest, on the fleet's clock."""
        soonest = self._clock() + _FAR
        if self._stopped_at is None:
            if self._numbers:
                soonest = min(soonest, self._start + self._plan.connects_at(self._numbers[-1]))
            if self._due:
                soonest = min(soonest, self._due[0][0])
        return soonest

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start

    @property
    def is_done(self) -> bool:
        """True if the time is over, or no client is left."""
        has_members = bool(self._numbers) or any(not member.is_over for member in self._members)
        return not has_members or self.elapsed >= self._plan.duration

    def stop(self) -> None:
        """Stops connecting clients and sending messages."""
        self._stopped_at = self._clock()

    @property
    def has_all_answers(self) -> bool:
        """True if the last messages were answered, or the time for this is over."""
        return not any(member.is_waiting for member in self._members) or self._has_waited

    def leave(self, *, is_interrupted: bool) -> None:
        """Closes all connections.

        Anything unfinished counts as an error, unless the swarm was interrupted.
        """
        self.stop()
        counts = self._tally.counts
        unanswered = counts["unanswered"]
        for member in self._members:
            if not (member.is_open or member.is_over or is_interrupted):
                counts["failed"] += 1
                self._tally.blame("connect", "Still connecting when the time was over.")
            member.leave(CloseCode.GOING_AWAY if is_interrupted else CloseCode.NORMAL_CLOSURE)
        if not is_interrupted and counts["unanswered"] > unanswered:
            self._tally.errors["answer", "No answer came."] += counts["unanswered"] - unanswered

    @property
    def has_left(self) -> bool:
        """True if all connections are closed, or the time for this is over."""
        return all(member.is_over for member in self._members) or self._has_waited

    @property
    def _has_waited(self) -> bool:
        return self._stopped_at is not None and self._clock() >= self._stopped_at + _GRACE

    def count(self) -> None:
        """Updates the tally with the clients' counters."""
        counts, members = self._tally.counts, self._members
        statistics = [member.client.get_statistics() for member in members]
        counts["messages_in"] = sum(each.messages_received for each in statistics)
        counts["messages_out"] = sum(each.messages_sent for each in statistics)
        counts["bytes_in"] = sum(each.bytes_received for each in statistics)
        counts["bytes_out"] = sum(each.bytes_sent for each in statistics)
        counts["open"] = sum(member.is_open for member in members)
        counts["connecting"] = sum(not member.is_open and not member.is_over for member in members)

    # Due work

    def _connect(self, now: float) -> None:
        while self._numbers:
            due = self._start + self._plan.connects_at(self._numbers[-1])
            if due > now:
                return
            self._begin(self._numbers.pop(), due)

    def _begin(self, number: int, due: float) -> None:
        options, client = self._options, self._make_client()
        member = Member(client, number, self._tally, self._clock, self._opened, due=due)
        self._members.append(member)
        if self._script is None:
            client.message_received.connect(member.answered)
        else:
            try:
                member.every = self._script.attach(client, number)
            except Exception as error:  # noqa: BLE001 - raised by the user's script
                self._blame_script(error)
        self._group.add(client)
        if client.connect_to_url(options.url, options.protocols, custom_headers=options.headers):
            member.refused()

    def _opened(self, member: Member) -> None:
        if self._options.message is not None or member.every is not None:
            after = self._plan.sends_after(member.number, self.elapsed)
            heappush(self._due, (self._start + after, member.number, member))

    def _act(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            due, number, member = heappop(self._due)
            if not member.is_open:
                continue
            heappush(self._due, (due + self._plan.every, number, member))
            if member.every is not None:
                self._call(member.every)
            elif self._options.message is not None:
                member.send(self._options.message, due)

    def _call(self, every: Callable[[], None]) -> None:
        try:
            every()
        except Exception as error:  # noqa: BLE001 - raised by the user's script
            self._blame_script(error)

    def _blame_script(self, error: Exception) -> None:
        words = escape(f"{type(error).__name__}: {error}", 1000)  # it may quote what the server has sent
        lines = "".join(traceback.format_exception(error)).rstrip().split("\n")
        self._tally.blame("script", words, "\n".join(escape(line, 1000) for line in lines))
