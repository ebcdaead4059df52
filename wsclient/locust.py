"""WebSocket users for Locust, for loads that need several machines.

Install it with `pip install 'godot-wsclient[locust]'`.

    from locust import constant, task
    from wsclient.locust import WebSocketUser

    class Bot(WebSocketUser):
        wait_time = constant(0.5)

        def on_start(self):
            self.connect()

        @task
        def echo(self):
            self.request("hello", name="echo")

One greenlet polls the clients of all users of a process, and sleeps while none of them has anything to do.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import gevent
from gevent import get_hub
from gevent.event import AsyncResult, Event
from locust import User

from wsclient.ground.escape import escape
from wsclient.ground.uncounted import uncounted
from wsclient.transport.clock import monotonic
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.poll_group import PollGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wsclient.ground.error import Error
    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["WebSocketFailure", "WebSocketUser"]

_PAUSE = 0.005  # seconds between polls while a client looks for its server's address, which wakes nobody
_TICK = 0.1  # seconds; unlike data, deadlines do not wake the greenlet
_GOODBYE = 1.0  # seconds to wait for the server's answer to a Close
_SLICE = 0.0005  # seconds that answers wait at most for users who send
_BUDGET = 0.001  # seconds of one poll(): the users that it wakes wait for its end

Result = TypeVar("Result")

# Locust shows lines at INFO, such as one for each connection of each user.
_log = logging.getLogger("wsclient")
if _log.level == logging.NOTSET:
    _log.setLevel(logging.WARNING)


class WebSocketFailure(Exception):
    """A failure of a connection or request.

    Equal failures have the same text, so Locust counts them in one row.

    Attributes:
        failure: the details; None if the server has closed the connection normally.
    """

    def __init__(self, failure: ConnectionFailure | None, words: str = "") -> None:
        super().__init__(words if failure is None else uncounted(failure.message))
        self.failure = failure


class WebSocketUser(User):
    """A user with a `WebSocketClient`.

    Subclasses have tasks that call the methods here. The methods wait without blocking other users. Their times are
    reported to Locust as requests of the type "WS". All clients of a process are polled together, in a greenlet that
    owns them: users must not call `poll()`, and must send only with the methods here. A handler of a signal of the
    client must not sleep or wait; it may put what it gets into a queue.

    Attributes:
        client: the client, which belongs to this user only.
    """

    abstract = True
    request_type: ClassVar[str] = "WS"

    def __init__(self, environment: Any) -> None:  # noqa: ANN401 - Locust's own type
        super().__init__(environment)
        self.client: WebSocketClient = self.make_client()
        self._inbox: deque[str | bytes] = deque()
        self._waiting: list[_Wait] = []
        self._has_news = Event()
        self._is_leaving = False
        self._was_asked = False
        client = self.client
        client.connection_established.connect(self._wake)
        client.connection_error.connect(self._wake)
        client.server_close_request.connect(self._asked)
        client.connection_closed.connect(self._closed)
        client.message_received.connect(self._take)

    def make_client(self) -> WebSocketClient:
        """Returns a new client for this user, not connected. Override it to configure it."""
        return WebSocketClient()

    def connect(
        self,
        url: str | None = None,
        *,
        protocols: Iterable[str] = (),
        headers: Iterable[str] | Mapping[str, str] = (),
        gd_mp_api: bool = False,
        name: str = "connect",
    ) -> bool:
        """Connects, and waits until the connection is open.

        Args:
            url: the URL; None for the host of this user, as set by `--host`.
            protocols: subprotocols, the preferred one first.
            headers: additional headers of the request.
            gd_mp_api: True to join a session of Godot 3 peers.
            name: under which its time is reported.

        Returns:
            True if the connection is open. If not, the failure has been reported; nothing is raised.
        """
        start = monotonic()
        client, address = self.client, url or self.host or ""
        self._is_leaving = self._was_asked = False
        self._inbox.clear()
        poller = _pollers.own()
        poller.add(client)
        if not poller.call(partial(client.connect_to_url, address, protocols, gd_mp_api, custom_headers=headers)):
            self._wait_while(lambda: client.get_connection_status() == client.CONNECTION_CONNECTING)
        is_open = client.get_connection_status() == client.CONNECTION_CONNECTED
        self.record(name, monotonic() - start, error=None if is_open else self._failure())
        return is_open

    def send(self, data: str | bytes, *, name: str | None = None) -> bool:
        """Sends a message.

        Args:
            data: `str` as text, `bytes` as binary.
            name: under which it is reported; None to report it only if it is refused.

        Returns:
            True if it was accepted.
        """
        _pollers.own().keep_up()
        if self._hand_over(data):
            self.record(name or "send", None, length=len(data), error=self._failure())
            return False
        if name is not None:
            self.record(name, None, length=len(data))
        return True

    def request(
        self,
        data: str | bytes,
        *,
        name: str,
        answers: Callable[[str | bytes], bool] | None = None,
        timeout: float = 10.0,
    ) -> str | bytes | None:
        """Sends a message, and waits for its answer.

        Args:
            data: `str` as text, `bytes` as binary.
            name: under which the time to the answer is reported.
            answers: returns True if a message is the answer; None for the next message.
            timeout: seconds to wait for it.

        Returns:
            The answer. None if there was none, and that has been reported.
        """
        _pollers.own().keep_up()
        start = monotonic()
        wait = _Wait(answers)
        self._waiting.append(wait)
        try:
            if self._hand_over(data):
                self.record(name, None, error=self._failure())
                return None
            self._wait_while(lambda: wait.answer is None and self._is_open, start + timeout)
        finally:
            self._waiting.remove(wait)
        if wait.answer is None:
            error = TimeoutError(f"no answer within {timeout:g} s") if self._is_open else self._failure()
            self.record(name, monotonic() - start, error=error)
            return None
        self.record(name, wait.came_at - start, length=len(wait.answer))
        return wait.answer

    def receive(self, timeout: float | None = None) -> str | bytes | None:
        """Waits for the next message that is not an answer.

        Args:
            timeout: seconds; None to wait until the connection is over.

        Returns:
            The message; None if the time or the connection is over.
        """
        end = None if timeout is None else monotonic() + timeout
        self._wait_while(lambda: not self._inbox and self._is_open, end)
        return self._inbox.popleft() if self._inbox else None

    def on_message(self, message: str | bytes) -> None:
        """Called with each message that nothing waits for.

        Override it; by default the messages are kept for `receive()`.
        """
        self._inbox.append(message)

    def record(self, name: str, seconds: float | None, *, length: int = 0, error: Exception | None = None) -> None:
        """Reports a time to Locust.

        Args:
            name: its row.
            seconds: the time; None if there is none, so that no average counts it.
            length: bytes or characters of the answer.
            error: the failure; None if there was none.
        """
        self.environment.events.request.fire(
            request_type=self.request_type,
            name=name,
            response_time=None if seconds is None else seconds * 1e3,
            response_length=length,
            exception=error,
            context=self.context(),
        )

    def on_stop(self) -> None:
        """Closes the connection. An override must call this method too."""
        self._is_leaving = True
        client = self.client
        poller = _pollers.own()
        poller.call(client.disconnect_from_host)
        self._wait_while(
            lambda: client.get_connection_status() != client.CONNECTION_DISCONNECTED, monotonic() + _GOODBYE
        )
        poller.call(partial(poller.discard, client))
        super().on_stop()  # type: ignore[no-untyped-call]  # Locust's own

    # Internals

    def _hand_over(self, data: str | bytes) -> Error:
        send: Callable[[Any], Error] = self.client.send_text if isinstance(data, str) else self.client.send
        self.client._link.claim(None)  # noqa: SLF001 - greenlets of a thread never send at the same time
        return send(data)

    @property
    def _is_open(self) -> bool:
        return self.client.get_connection_status() == self.client.CONNECTION_CONNECTED

    def _wait_while(self, is_so: Callable[[], bool], end: float | None = None) -> None:
        while is_so():
            left = None if end is None else end - monotonic()
            if left is not None and left <= 0.0:
                return
            self._has_news.clear()
            self._has_news.wait(left)

    def _wake(self, *_: object) -> None:
        self._has_news.set()

    def _asked(self, _code: int, _reason: str) -> None:
        self._was_asked = True

    def _closed(self, was_clean: bool) -> None:
        self._has_news.set()
        if not self._is_leaving and (self._was_asked or not was_clean):
            self.record("closed", None, error=self._failure())

    def _take(self, message: str | bytes) -> None:
        self._has_news.set()
        for wait in self._waiting:
            if wait.takes(message):
                return
        self.on_message(message)

    def _failure(self) -> WebSocketFailure:
        client = self.client
        if client.last_error is not None:
            return WebSocketFailure(client.last_error)
        reason = f" ({escape(client.close_reason)})" if client.close_reason else ""
        return WebSocketFailure(None, f"the server closed with code {client.close_code}{reason}")


class _Wait:
    """A user that waits for an answer."""

    def __init__(self, answers: Callable[[str | bytes], bool] | None) -> None:
        self.answer: str | bytes | None = None
        self.came_at = 0.0
        self._answers = answers

    def takes(self, message: str | bytes) -> bool:
        if self.answer is not None or not (self._answers is None or self._answers(message)):
            return False
        self.answer, self.came_at = message, monotonic()
        return True


class _Poller:
    """Polls the clients of all users of a process in its own greenlet.

    So that greenlet owns them.

    gevent's loop switches to it when something has arrived, so that nothing that arrives waits for a turn.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self._group = PollGroup()
        self._group.poll_budget = _BUDGET
        self._calls: deque[tuple[Callable[[], Any], AsyncResult]] = deque()
        self._is_asleep = False
        self._polled_at = monotonic()
        self._has_spent_all = False  # whether the last poll took all the time it may
        self._hub = get_hub()
        self._next: gevent.Greenlet | None = None  # the greenlet that gets its turn back after this poll
        self._greenlet: gevent.Greenlet = gevent.spawn(self._run)

    def add(self, client: WebSocketClient) -> None:
        """Takes a client in, if it is not in yet."""
        self._group.add(client)

    def discard(self, client: WebSocketClient) -> None:
        """Lets a client go."""
        self._group.discard(client)

    def call(self, function: Callable[[], Result]) -> Result:
        """Calls a method of a client in the greenlet that owns it.

        It returns the result, or raises the exception.
        """
        if gevent.getcurrent() is self._greenlet:  # from a handler
            return function()
        answer = AsyncResult()
        self._calls.append((function, answer))
        self.wake()
        result: Result = answer.get()
        return result

    def keep_up(self) -> None:
        """Polls now if the last time is long ago.

        A hundred users that send one after the other would otherwise be one long turn of gevent's loop, and the answer
        to the first of them would wait for the last.
        """
        if self._is_asleep and monotonic() - self._polled_at > _SLICE:
            self._next = gevent.getcurrent()
            self._wake_now()

    def wake(self) -> None:
        """Lets the greenlet poll as soon as the calling one waits."""
        self._hub.loop.run_callback(self._wake_now)

    def _wake_now(self) -> None:
        if self._is_asleep:
            self._is_asleep = False
            self._greenlet.switch()

    def _run(self) -> None:
        loop = self._hub.loop
        pause = loop.timer(_PAUSE)
        watchers = [loop.timer(_TICK, _TICK)]
        if (number := self._group.fileno()) >= 0:
            watchers.append(loop.io(number, 1))
        for watcher in watchers:
            watcher.start(self._wake_now)
        try:
            while True:
                self._do_calls()
                self._poll()
                if self._calls or self._has_spent_all:
                    self.wake()  # after the users that this poll has woken
                elif self._group._watchlist.awake_count:  # noqa: SLF001 - wait(0.0) would ask the system once more
                    pause.start(self._wake_now)
                self._sleep()
        finally:
            for watcher in (*watchers, pause):
                watcher.stop()
                watcher.close()

    def _sleep(self) -> None:
        continued, self._next = self._next or self._hub, None
        self._is_asleep = True
        continued.switch()

    def _do_calls(self) -> None:
        while self._calls:
            function, answer = self._calls.popleft()
            try:
                answer.set(function())
            except Exception as error:  # noqa: BLE001 - for the caller
                answer.set_exception(error)

    def _poll(self) -> None:
        start = monotonic()
        try:
            self._group.poll()
        except Exception:  # noqa: BLE001 - of whatever kind; the other users go on
            _log.exception("a handler of a user raised")
        self._polled_at = monotonic()
        self._has_spent_all = self._polled_at - start >= _BUDGET


class _Pollers:
    """The poller of this process.

    Each process has its own, because Locust forks after it has loaded a file.
    """

    def __init__(self) -> None:
        self._poller: _Poller | None = None

    def own(self) -> _Poller:
        if self._poller is None or self._poller.process != os.getpid():
            self._poller = _Poller()
        return self._poller


_pollers = _Pollers()
