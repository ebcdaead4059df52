"""One connection of the command line, from the first poll() to the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.cli.options import ExitCode
from wsclient.cli.round_trips import RoundTrips
from wsclient.protocol.close_code import CloseCode
from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.cli.console import Console
    from wsclient.cli.options import Options
    from wsclient.cli.report import Report
    from wsclient.websocket.client import WebSocketClient

__all__ = ["Session"]

_TICK: Final = 0.01  # seconds between two polls
_FINE_TICK: Final = 0.001  # the same while measuring, because a round trip ends with the poll() that notices it
_ENOUGH_UNSENT: Final = 1024 * 1024  # bytes; while more than this is unsent, no input is read

_GOOD_CODES: Final = {CloseCode.NORMAL_CLOSURE, CloseCode.GOING_AWAY, CloseCode.NO_STATUS}


class Session:
    """Connects, sends the lines of the input, and shows the events.

    The options say when it ends.

    Args:
        options: the parsed command line.
        client: a disconnected client; it is configured here.
        console: the source of lines.
        report: the receiver of events.
        is_interrupted: returns True to stop.
        clock: seconds.
    """

    def __init__(
        self,
        options: Options,
        client: WebSocketClient,
        console: Console,
        report: Report,
        *,
        is_interrupted: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._options = options
        self._client = client
        self._console = console
        self._report = report
        self._is_interrupted = is_interrupted
        self._clock = clock
        self._round_trips = RoundTrips()
        self._received = 0
        self._was_busy = False
        self._outcome: ExitCode | None = None  # the reason for the end, when it is known
        self._tick = _FINE_TICK if options.ping else _TICK

    def run(self) -> ExitCode:
        """Runs the session, and returns its exit code."""
        self._set_up()
        options, client = self._options, self._client
        if client.connect_to_url(options.url, options.protocols, custom_headers=options.headers):
            self._report_failure()
            return ExitCode.USAGE
        deadline = None if options.timeout is None else self._clock() + options.timeout
        while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
            self._was_busy = False
            client.poll()
            if self._outcome is None:
                self._step(deadline)
            if not self._was_busy:
                self._console.wait(self._tick, for_lines=self._wants_lines())
        self._sum_up()
        return ExitCode.DONE if self._outcome is None else self._outcome

    def _set_up(self) -> None:
        options, client = self._options, self._client
        client.verify_ssl = not options.insecure
        client.trusted_ssl_certificate = options.cert
        if options.ping:
            client.heartbeat_interval = options.interval
        client.connection_established.connect(self._on_established)
        client.data_received.connect(self._on_data)
        client.connection_error.connect(self._on_error)
        client.connection_closed.connect(self._on_closed)

    def _step(self, deadline: float | None) -> None:
        if self._is_interrupted():
            self._leave(ExitCode.INTERRUPTED, CloseCode.GOING_AWAY)
        elif deadline is not None and self._clock() >= deadline:
            self._leave(ExitCode.TIMEOUT)
        elif self._options.ping:
            self._measure()
        elif self._wants_lines():
            self._send_lines()

    def _measure(self) -> None:
        if self._round_trips.note(seconds := self._client.get_latency()):
            self._report.round_trip(len(self._round_trips), seconds)
            if len(self._round_trips) == self._options.listen:
                self._leave(ExitCode.DONE)

    def _wants_lines(self) -> bool:
        client = self._client
        return (
            self._outcome is None
            and not self._options.ping
            and not self._console.is_at_end
            and client.get_connection_status() == client.CONNECTION_CONNECTED
            and client.get_current_outbound_buffered_amount() < _ENOUGH_UNSENT
        )

    def _send_lines(self) -> None:
        for line in self._console.read_lines():
            self._was_busy = True
            if self._client.send_text(line):
                self._report_failure()
            else:
                self._report.sent(line)
        if self._console.is_at_end and self._options.listen is None:
            self._leave(ExitCode.DONE)

    def _leave(self, outcome: ExitCode, code: int = CloseCode.NORMAL_CLOSURE) -> None:
        """Starts to close the connection.

        While it is still connecting, this ends the session.
        """
        self._outcome = outcome
        self._client.disconnect_from_host(code)

    # Handlers of the connection's signals

    def _on_established(self, protocol: str) -> None:
        self._report.opened(self._client.get_connected_host(), self._client.get_connected_port(), protocol)

    def _on_data(self) -> None:
        message = self._client.get_message()
        self._was_busy = True
        if message is None or self._has_enough():
            return
        self._received += 1
        self._report.received(message)
        if self._has_enough() and self._outcome is None:
            self._leave(ExitCode.DONE)

    def _has_enough(self) -> bool:
        return not self._options.ping and self._received == self._options.listen

    def _on_error(self) -> None:
        self._report_failure()
        self._outcome = ExitCode.NOT_CONNECTED

    def _on_closed(self, was_clean_close: bool) -> None:
        client = self._client
        if not was_clean_close and self._outcome is None:
            self._report_failure()
        self._report.closed(client.close_code, client.close_reason, is_clean=was_clean_close)
        if self._outcome is None:
            is_good = was_clean_close and client.close_code in _GOOD_CODES and self._options.listen is None
            self._outcome = ExitCode.DONE if is_good else ExitCode.ENDED_BADLY

    def _report_failure(self) -> None:
        if (failure := self._client.last_error) is not None:
            self._report.failed(failure)

    def _sum_up(self) -> None:
        if self._options.ping:
            self._report.round_trips(self._round_trips.summary())
        if self._options.stats:
            self._report.statistics(self._client.get_statistics())
