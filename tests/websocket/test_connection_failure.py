"""Tests that ConnectionFailure describes failures in whole sentences.

It keeps nothing alive.
"""

from __future__ import annotations

import re

import pytest

from wsclient.ground.error import Error
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.websocket.connection_failure import ConnectionFailure


def failure(kind: FailureKind = FailureKind.LOST, detail: str = "the wire was cut", **more: object) -> Failure:
    return Failure(stage=Stage.OPEN, kind=kind, detail=detail, **more)


def raised(error: ValueError | OSError, cause: Exception | None = None) -> Exception:
    """An exception as it is when it was caught."""
    try:
        raise error from cause
    except (ValueError, OSError) as caught:
        return caught


@pytest.mark.parametrize("kind", FailureKind)
def test_every_kind_has_whole_sentences_and_an_error(kind: FailureKind) -> None:
    told = ConnectionFailure.of_connection(failure(kind))

    assert re.fullmatch(r"([A-Z][a-zA-Z' ]+: t|T)he wire was cut\.", told.message)
    assert re.fullmatch(r"([A-Z].*[.?])?", told.hint)
    assert told.error is not Error.OK


# Where the detail says it: what is wrong with a call, and what each status of a server means.
SAY_IT_THEMSELVES = {FailureKind.INVALID_ARGUMENT, FailureKind.HTTP_STATUS}


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind not in SAY_IT_THEMSELVES])
def test_every_kind_has_advice(kind: FailureKind) -> None:
    assert ConnectionFailure.of_connection(failure(kind)).hint


def test_a_slow_lookup_is_not_blamed_on_the_server() -> None:
    lookup = failure(FailureKind.TIMEOUT).replace(stage=Stage.RESOLVE)

    assert "server" in ConnectionFailure.of_connection(failure(FailureKind.TIMEOUT)).hint
    assert ConnectionFailure.of_connection(lookup).hint == "Check whether this computer is online."


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FailureKind.NAME_NOT_FOUND, Error.ERR_CANT_RESOLVE),
        (FailureKind.REFUSED, Error.ERR_CANT_CONNECT),
        (FailureKind.TIMEOUT, Error.ERR_TIMEOUT),
        (FailureKind.CERTIFICATE, Error.ERR_UNAUTHORIZED),
        (FailureKind.LOST, Error.ERR_CONNECTION_ERROR),
        (FailureKind.VIOLATION, Error.ERR_INVALID_DATA),
        (FailureKind.TOO_BIG, Error.ERR_OUT_OF_MEMORY),
        (FailureKind.HEARTBEAT, Error.ERR_TIMEOUT),
    ],
    ids=lambda value: value.name,
)
def test_a_kind_has_godots_code(kind: FailureKind, error: Error) -> None:
    assert ConnectionFailure.of_connection(failure(kind)).error is error


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Error.ERR_UNAUTHORIZED),
        (403, Error.ERR_UNAUTHORIZED),
        (404, Error.ERR_DOES_NOT_EXIST),
        (503, Error.ERR_BUSY),
        (500, Error.ERR_CANT_CONNECT),
    ],
)
def test_the_servers_reply_is_included(status: int, error: Error) -> None:
    headers = (("Server", "nginx"),)

    told = ConnectionFailure.of_connection(
        failure(FailureKind.HTTP_STATUS, http_status=status, http_headers=headers, http_body=b"no")
    )

    assert (told.error, told.http_status, told.http_headers, told.http_body) == (error, status, headers, b"no")


@pytest.mark.parametrize("stage", Stage)
def test_the_stage_is_its_name(stage: Stage) -> None:
    told = ConnectionFailure.of_connection(failure().replace(stage=stage))

    assert told.stage == stage.value
    assert type(told.stage) is str


@pytest.mark.parametrize(
    ("detail", "sentence"),
    [
        pytest.param("it broke", "It broke.", id="made-one"),
        pytest.param("It broke.", "It broke.", id="is-one"),
        pytest.param("did it break?", "Did it break?", id="asked"),
        pytest.param("localhost:80 refused", "localhost:80 refused.", id="begins-with-a-host"),
        pytest.param("set_buffers() is late", "set_buffers() is late.", id="begins-with-code"),
        pytest.param("10.0.0.1 refused", "10.0.0.1 refused.", id="begins-with-a-number"),
    ],
)
def test_the_message_is_a_sentence(detail: str, sentence: str) -> None:
    assert ConnectionFailure.of_connection(failure(detail=detail)).message == sentence
    assert ConnectionFailure.of_call(Error.FAILED, detail).message == sentence


def test_a_refused_call_has_its_own_stage() -> None:
    cause = ValueError("no")

    told = ConnectionFailure.of_call(Error.ERR_INVALID_PARAMETER, "the port is 0", cause)

    assert (told.stage, told.error, told.cause) == ("arguments", Error.ERR_INVALID_PARAMETER, cause)
    assert (told.http_status, told.http_headers, told.http_body) == (None, (), b"")


def test_it_shows_as_its_message() -> None:
    assert str(ConnectionFailure.of_call(Error.FAILED, "it broke")) == "It broke."


def test_the_log_and_the_repr_have_the_hint_too() -> None:
    told = ConnectionFailure.of_call(Error.FAILED, "it broke", hint="See mend()")

    assert (told.message, told.hint) == ("It broke.", "See mend().")
    assert told.details() == "FAILED in stage arguments: It broke. See mend()."
    assert "It broke. See mend()." in repr(told)


def test_the_status_is_among_the_details() -> None:
    told = ConnectionFailure.of_connection(failure(FailureKind.HTTP_STATUS, http_status=404))

    assert told.details() == "ERR_DOES_NOT_EXIST in stage open (HTTP 404): The wire was cut."


@pytest.mark.faults("B3")
@pytest.mark.parametrize(
    ("code", "reason", "message"),
    [
        pytest.param(1009, "64 KiB", "it received a message larger than it takes, code 1009 (64 KiB).", id="too-big"),
        pytest.param(1011, "", "it failed; its own log may say why, code 1011.", id="failed"),
        pytest.param(4408, "a\nb", "a code of this application's own, code 4408 (a\\nb).", id="application-escaped"),
    ],
)
def test_a_close_is_described_by_its_code_and_reason(code: int, reason: str, message: str) -> None:
    told = ConnectionFailure.of_close(code, reason)

    assert told.message == f"The server closed the connection: {message}"
    assert told.stage == "close"
    assert told.hint


@pytest.mark.parametrize("describe", ["of_call", "of_connection"])
def test_the_cause_keeps_no_frame_alive(describe: str) -> None:
    root = raised(OSError("reset"))
    cause = raised(ValueError("broken"), root)

    told = (
        ConnectionFailure.of_call(Error.FAILED, "it broke", cause)
        if describe == "of_call"
        else ConnectionFailure.of_connection(failure(cause=cause))
    )

    assert told.cause is cause
    assert cause.__cause__ is root
    assert (cause.__traceback__, root.__traceback__) == (None, None)


def test_an_exception_in_progress_is_left_alone() -> None:
    own, cause = KeyError("the game's own"), ValueError("broken")
    try:
        raise own
    except KeyError:
        contexts = [raised(cause).__context__]
        ConnectionFailure.of_call(Error.FAILED, "it broke", cause)
        contexts.append(cause.__context__)

    assert contexts == [own, None]
    assert own.__traceback__ is not None
