"""Records the traffic of a client to a file, and replays it without a server."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from wsclient.protocol.events import (
    BINARY,
    TEXT,
    CloseReceived,
    Ended,
    Failure,
    FailureKind,
    Messages,
    Opened,
    PongReceived,
    Stage,
)
from wsclient.testing.fake_clock import FakeClock
from wsclient.transport.base import Transport

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from wsclient.protocol.events import Event
    from wsclient.protocol.fields import Headers
    from wsclient.transport.base import OpeningRequest, Settings
    from wsclient.websocket.client import WebSocketClient

__all__ = ["Recording", "Replay", "record", "replay"]

_NOWHERE: Final = ("", 0)


def record(client: WebSocketClient, path: str | os.PathLike[str]) -> Recording:
    """Records the traffic of a client.

    The recording starts with its next `connect_to_url`.

    Args:
        client: not connected yet.
        path: the path of the file, which is overwritten. It has a line of JSON for each event.

    Returns:
        The recording; end it with `close()` or use it as a context manager.
    """
    return Recording(client, path)


def replay(path: str | os.PathLike[str], clock: FakeClock | None = None) -> Replay:
    """Replays a recording: `WebSocketClient(transport=replay("game.jsonl"))`.

    Everything arrives as long after `connect_to_url` as it did in the recording.

    Args:
        path: the path of a file that `record` has written.
        clock: the clock of the playback; None for a new one, which the test moves: `Replay.clock`.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a recording; the message says which line is wrong.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    read = (_read(line, number, str(path)) for number, line in enumerate(lines, 1))
    return Replay([(seconds, event) for seconds, event in read if event is not None], clock or FakeClock())


class Recording:
    """Writes the events of a client to a file."""

    def __init__(self, client: WebSocketClient, path: str | os.PathLike[str]) -> None:
        """Starts to record; see `record`."""
        self._client = client
        self._file: TextIO = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 - close() closes it
        self._make = client._new_transport  # noqa: SLF001 - there is nothing public between a client and its transport
        client._new_transport = self._made  # noqa: SLF001 - as above

    def close(self) -> None:
        """Ends the recording. The connection continues."""
        self._client._new_transport = self._make  # noqa: SLF001 - as above
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _made(self, settings: Settings) -> Transport:
        return _Recorder(self._make(settings), self._write)

    def _write(self, seconds: float, what: str, **more: object) -> None:
        if not self._file.closed:
            self._file.write(json.dumps({"at": round(seconds, 6), "what": what, **more}) + "\n")
            self._file.flush()


class Replay:
    """A recording to be replayed. Pass it to a client as its `transport`.

    Attributes:
        clock: the clock of the playback.
        sent: the messages that the client has sent to it, `str` and `bytes`.
    """

    def __init__(self, events: list[tuple[float, Event]], clock: FakeClock) -> None:
        """Replays these events, each at its time in seconds after the start."""
        self.clock: FakeClock = clock
        self.sent: list[str | bytes] = []
        self._events = events

    def __call__(self, settings: Settings) -> Transport:
        """Returns a transport that replays the recording from its start."""
        return _Player(self._events, self)


class _Recorder(Transport):
    """Passes everything on to another transport, and records the traffic."""

    def __init__(self, inner: Transport, write: Callable[..., None]) -> None:
        self._inner = inner
        self._write = write
        self._started = 0.0
        self._fragments: list[bytes] = []

    @property
    def clock(self) -> Callable[[], float]:
        return self._inner.clock

    def refusal_of(self, request: OpeningRequest) -> str:
        return self._inner.refusal_of(request)

    def open(self, request: OpeningRequest) -> None:
        self._started = self.clock()
        self._inner.remembers = self.remembers
        self._inner.traffic = self.traffic
        self._inner.open(request)

    def poll(self, read: bool = True) -> list[Event]:
        events = self._inner.poll(read)
        for event in events:
            for what, more in _described(event):
                self._note(what, **more)
        return events

    @property
    def has_more(self) -> bool:
        return self._inner.has_more

    @property
    def can_send(self) -> bool:
        return self._inner.can_send

    def send(self, payload: bytes, *, is_text: bool) -> None:
        self._note("sent", **_message(payload, is_text=is_text))
        self._inner.send(payload, is_text=is_text)

    @property
    def has_frames(self) -> bool:  # type: ignore[override]  # read alone
        return self._inner.has_frames

    def send_ping(self, payload: bytes) -> None:
        self._inner.send_ping(payload)

    def send_fragment(self, payload: bytes, *, is_text: bool, is_final: bool) -> None:
        self._fragments.append(payload)
        if is_final:
            self._note("sent", **_message(_joined(self._fragments), is_text=is_text))
        self._inner.send_fragment(payload, is_text=is_text, is_final=is_final)

    def flush(self) -> None:
        self._inner.flush()

    def close(self, code: int, reason: str) -> None:
        self._note("closing", code=code, reason=reason)
        self._inner.close(code, reason)

    def abort(self) -> None:
        self._inner.abort()

    @property
    def buffered_amount(self) -> int:
        return self._inner.buffered_amount

    @property
    def buffered_messages(self) -> int:
        return self._inner.buffered_messages

    def unsent_messages(self) -> list[tuple[bytes, bool]]:
        return self._inner.unsent_messages()

    def settings_changed(self) -> None:
        self._inner.settings_changed()

    @property
    def latency(self) -> float:
        return self._inner.latency

    @property
    def unanswered_pings(self) -> int:
        return self._inner.unanswered_pings

    @property
    def write_stall(self) -> float:
        return self._inner.write_stall

    @property
    def response_headers(self) -> Headers:
        return self._inner.response_headers

    @property
    def silence(self) -> float:
        return self._inner.silence

    @property
    def remote_address(self) -> tuple[str, int]:
        return self._inner.remote_address

    def set_no_delay(self, enabled: bool) -> None:
        self._inner.set_no_delay(enabled)

    def _note(self, what: str, **more: object) -> None:
        self._write(self.clock() - self._started, what, **more)


class _Player(Transport):
    """Emits the events of a recording, each at its time."""

    def __init__(self, events: list[tuple[float, Event]], stage: Replay) -> None:
        self._coming = list(reversed(events))
        self._stage = stage
        self._started = 0.0
        self._is_open = False
        self._fragments: list[bytes] = []

    @property
    def clock(self) -> Callable[[], float]:
        return self._stage.clock

    def open(self, request: OpeningRequest) -> None:
        self._started = self.clock()

    def poll(self, read: bool = True) -> list[Event]:
        now = self.clock() - self._started
        if not read or not self._coming or self._coming[-1][0] > now:
            return []
        event = self._coming.pop()[1]
        if isinstance(event, Opened):
            self._is_open = True
        elif isinstance(event, CloseReceived | Ended):
            self._is_open = False
        return [event]

    @property
    def has_more(self) -> bool:
        return bool(self._coming) and self._coming[-1][0] <= self.clock() - self._started

    @property
    def can_send(self) -> bool:
        return self._is_open

    def send(self, payload: bytes, *, is_text: bool) -> None:
        self._stage.sent.append(payload.decode() if is_text else payload)

    has_frames = True

    def send_ping(self, payload: bytes) -> None:
        return  # its pong is in the recording

    def send_fragment(self, payload: bytes, *, is_text: bool, is_final: bool) -> None:
        self._fragments.append(payload)
        if is_final:
            self.send(_joined(self._fragments), is_text=is_text)

    def flush(self) -> None:
        return

    def close(self, code: int, reason: str) -> None:
        self._is_open = False

    def abort(self) -> None:
        self._coming.clear()

    @property
    def buffered_amount(self) -> int:
        return 0

    @property
    def buffered_messages(self) -> int:
        return 0

    @property
    def remote_address(self) -> tuple[str, int]:
        return _NOWHERE


def _described(event: Event) -> list[tuple[str, dict[str, object]]]:
    """Returns the lines for an event: one, or one for each of its messages."""
    if isinstance(event, Messages):
        return [("message", _message(payload, is_text=bool(kind))) for payload, kind in event.each()]
    if isinstance(event, Opened):
        return [("opened", {"subprotocol": event.subprotocol})]
    if isinstance(event, CloseReceived):
        return [("close", {"code": event.code, "reason": event.reason, "is_answer": event.is_answer})]
    if isinstance(event, PongReceived):
        return [("pong", _message(event.payload, is_text=False))]
    if isinstance(event, Ended):
        failure = event.failure
        why = None if failure is None else [failure.stage.value, failure.kind.name, failure.detail, failure.http_status]
        return [("ended", {"was_clean": event.was_clean, "failure": why})]
    return []


def _message(payload: bytes, *, is_text: bool) -> dict[str, object]:
    return {"text": payload.decode()} if is_text else {"binary": b64encode(payload).decode()}


def _joined(fragments: list[bytes]) -> bytes:
    """Returns the message of these fragments, and empties the list."""
    message = b"".join(fragments)
    fragments.clear()
    return message


def _read(line: str, number: int, path: str) -> tuple[float, Event | None]:
    """Reads one line; returns its time and its event.

    The event is None if the line is an action of the client itself.

    Raises:
        ValueError: the line does not belong to a recording.
    """
    try:
        entry = json.loads(line)
        return float(entry["at"]), _event(entry)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}, line {number}, is not a line of a recording: {error}") from None


def _event(entry: dict[str, Any]) -> Event | None:
    match entry["what"]:
        case "opened":
            return Opened(entry["subprotocol"])
        case "message":
            is_text = "text" in entry
            payload = entry["text"].encode() if is_text else b64decode(entry["binary"], validate=True)
            return Messages([payload], TEXT if is_text else BINARY)
        case "close":
            return CloseReceived(entry["code"], entry["reason"], is_answer=entry["is_answer"])
        case "pong":
            return PongReceived(b64decode(entry["binary"], validate=True))
        case "ended":
            return Ended(was_clean=entry["was_clean"], failure=_failure(entry["failure"]))
        case "sent" | "closing":
            return None
        case other:
            raise ValueError(f"{other!r} is nothing that happens")


def _failure(why: list[Any] | None) -> Failure | None:
    if why is None:
        return None
    stage, kind, detail, http_status = why
    return Failure(stage=Stage(stage), kind=FailureKind[kind], detail=detail, http_status=http_status)
