from __future__ import annotations

import errno
import os

import pytest

from wsclient.protocol.events import FailureKind, Stage
from wsclient.transport.failures import failure_from, is_more_telling, reason_of
from wsclient.transport.stream.stream import StreamError


def test_says_where_what_and_why() -> None:
    error = OSError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
    failure = failure_from(error, Stage.CONNECT, "127.0.0.1:9000")
    assert failure.stage is Stage.CONNECT
    assert failure.kind is FailureKind.REFUSED
    assert failure.detail == "127.0.0.1:9000 refused the connection"
    assert failure.cause is error


def test_a_stream_reports_its_own_failure() -> None:
    failure = failure_from(StreamError(FailureKind.CERTIFICATE, "it has expired"), Stage.TLS, "a:443")
    assert (failure.kind, failure.detail) == (FailureKind.CERTIFICATE, "it has expired (a:443)")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(OSError(errno.EPIPE, "Broken pipe"), "Broken pipe", id="the system's words"),
        pytest.param(OSError(errno.EPIPE, ""), os.strerror(errno.EPIPE), id="a number alone"),
        pytest.param(OSError("words"), "words", id="words alone"),
        pytest.param(RuntimeError("can't start new thread"), "can't start new thread", id="no OSError"),
        pytest.param(MemoryError(), "MemoryError", id="nothing but its name"),
    ],
)
def test_returns_the_reason_without_numbers(error: BaseException, reason: str) -> None:
    assert reason_of(error) == reason


def test_an_error_without_a_number_is_a_loss() -> None:
    assert failure_from(OSError("odd"), Stage.OPEN, "a:80").detail == "the connection to a:80 failed: odd"


def test_no_failure_is_more_telling_than_itself() -> None:
    failure = failure_from(OSError(errno.EPIPE, "Broken pipe"), Stage.OPEN, "a:80")
    assert not is_more_telling(failure, failure)


def test_an_answer_says_more_than_silence() -> None:
    refused, silent = (
        failure_from(OSError(number, os.strerror(number)), Stage.CONNECT, "a:80")
        for number in (errno.ECONNREFUSED, errno.ETIMEDOUT)
    )
    assert is_more_telling(refused, silent)
    assert not is_more_telling(silent, refused)
