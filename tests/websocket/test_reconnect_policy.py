"""Tests how long a ReconnectPolicy waits, and when it gives up at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient import ConnectionFailure, Error, ReconnectPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's example


def failed(
    stage: str = "open", error: Error = Error.ERR_CONNECTION_ERROR, status: int | None = None, **fields: object
) -> ConnectionFailure:
    return ConnectionFailure(stage=stage, error=error, message="It broke.", http_status=status, **fields)


def refused(status: int, *headers: tuple[str, str]) -> ConnectionFailure:
    """An HTTP reply."""
    return failed("handshake", Error.ERR_CANT_CONNECT, status, http_headers=headers)


def policy(**changes: float) -> ReconnectPolicy:
    return ReconnectPolicy(**{"jitter": 0.0, "wall_clock": lambda: NOW, **changes})


# The delay


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (1000, 30.0), (10**9, 30.0)]
)
def test_the_delay_doubles_up_to_the_longest(attempt: int, seconds: float) -> None:
    assert policy().delay(attempt, None, 1006) == seconds


def test_no_delay_stays_none() -> None:
    assert policy(first_delay=0.0).delay(10**9, None, 1006) == 0.0


@pytest.mark.parametrize(("drawn", "seconds"), [(0.0, 2.0), (0.5, 1.5), (0.999999, 1.000001)])
def test_a_share_of_the_delay_is_drawn(drawn: float, seconds: float) -> None:
    assert policy(jitter=0.5, random=lambda: drawn).delay(3, None, 1006) == pytest.approx(seconds)


@given(
    st.integers(1, 10**6),
    st.floats(0.0, 1e6),
    st.floats(0.0, 1e6),
    st.floats(1.0, 1e6),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0, exclude_max=True),
)
def test_the_delay_is_never_longer_than_the_longest_nor_negative(
    attempt: int, first: float, longest: float, factor: float, jitter: float, drawn: float
) -> None:
    made = ReconnectPolicy(first, longest, factor, jitter, random=lambda: drawn)

    seconds = made.delay(attempt, None, 1006)

    assert seconds is not None
    assert 0.0 <= seconds <= longest


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 0.5), (2, 1.0), (3, None)])
def test_attempts_can_be_limited(attempt: int, seconds: float | None) -> None:
    assert policy(max_attempts=2).delay(attempt, None, 1006) == seconds


# Failures after which it gives up at once


@pytest.mark.parametrize("code", [1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 3999, 4000, 4999])
def test_a_close_code_that_means_it_is_the_last(code: int) -> None:
    assert policy().delay(1, None, code) is None


@pytest.mark.parametrize("code", [-1, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 2999, 5000])
def test_other_close_codes_are_tried_again(code: int) -> None:
    assert policy().delay(1, failed(), code) == 0.5


@pytest.mark.parametrize(
    "status", [200, 204, 300, 301, 302, 307, 400, 401, 403, 404, 405, 407, 410, 418, 421, 426, 431, 451, 600]
)
def test_an_http_reply_that_means_it_is_the_last(status: int) -> None:
    assert policy().delay(1, refused(status), -1) is None


@pytest.mark.parametrize("status", [101, 408, 425, 429, 500, 502, 503, 504, 521, 599])
def test_other_http_replies_are_tried_again(status: int) -> None:
    assert policy().delay(1, refused(status), -1) == 0.5


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(failed("arguments", Error.ERR_INVALID_PARAMETER), id="argument"),
        pytest.param(failed("tls", Error.ERR_UNAUTHORIZED), id="certificate"),
        pytest.param(failed("proxy", Error.ERR_UNAUTHORIZED), id="proxy-password"),
        pytest.param(failed("open", Error.ERR_INVALID_DATA, is_repeated=True), id="second-violation"),
    ],
)
def test_there_is_no_second_try_if_it_cannot_help(failure: ConnectionFailure) -> None:
    assert policy().delay(1, failure, -1) is None


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(None, id="nothing"),
        pytest.param(failed("resolve", Error.ERR_CANT_RESOLVE), id="name"),
        pytest.param(failed("connect", Error.ERR_CANT_CONNECT), id="refused"),
        pytest.param(failed("connect", Error.ERR_TIMEOUT), id="timeout"),
        pytest.param(failed("tls", Error.ERR_CANT_CONNECT), id="tls"),
        pytest.param(failed("handshake", Error.ERR_CANT_CONNECT), id="no-http"),
        pytest.param(failed("open", Error.ERR_TIMEOUT), id="heartbeat"),
        pytest.param(failed("open", Error.ERR_INVALID_DATA), id="first-violation"),
    ],
)
def test_every_other_failure_is_retried(failure: ConnectionFailure | None) -> None:
    assert policy().delay(1, failure, -1) == 0.5


# Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("7", 7.0, id="seconds"),
        pytest.param(" 7 ", 7.0, id="spaces"),
        pytest.param("00007", 7.0, id="zeros"),
        pytest.param("0", 0.5, id="shorter"),
        pytest.param("86400", 300.0, id="a-day"),
        pytest.param("9" * 5000, 300.0, id="many-digits"),
        pytest.param("0" * 5000, 0.5, id="many-zeros"),
        pytest.param("Sun, 06 Nov 1994 08:50:37 GMT", 60.0, id="date"),
        pytest.param("Sunday, 06-Nov-94 08:50:37 GMT", 60.0, id="date-of-rfc-850"),
        pytest.param("Sun Nov  6 08:50:37 1994", 60.0, id="date-of-asctime"),
        pytest.param("Sun, 06 Nov 1994 08:48:37 GMT", 0.5, id="a-past-date"),
        pytest.param("Sun, 06 Nov 2094 08:49:37 GMT", 300.0, id="a-far-date"),
        pytest.param("", 0.5, id="empty"),
        pytest.param("soon", 0.5, id="word"),
        pytest.param("-7", 0.5, id="negative"),
        pytest.param("7.5", 0.5, id="fraction"),
        pytest.param("1e3", 0.5, id="exponent"),
        pytest.param("\u0667", 0.5, id="other-digits"),
        pytest.param("Sun, 99 Nov 1994 08:50:37 GMT", 0.5, id="no-date"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_server_may_ask_for_a_longer_wait(status: int, value: str, seconds: float) -> None:
    assert policy().delay(1, refused(status, ("retry-After", value)), -1) == seconds


@pytest.mark.parametrize("status", [408, 500, 502])
def test_other_replies_cannot_ask_for_a_longer_wait(status: int) -> None:
    assert policy().delay(1, refused(status, ("Retry-After", "60")), -1) == 0.5


def test_the_servers_own_clock_counts_if_it_sends_the_time() -> None:
    headers = ("Date", "Mon, 07 Nov 1994 08:49:37 GMT"), ("Retry-After", "Mon, 07 Nov 1994 08:49:47 GMT")

    assert policy().delay(1, refused(503, *headers), -1) == 10.0


# Arguments


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        pytest.param("first_delay", -1.0, ValueError, id="negative"),
        pytest.param("max_delay", float("nan"), ValueError, id="nan"),
        pytest.param("max_delay", float("inf"), ValueError, id="for-ever"),
        pytest.param("factor", 0.5, ValueError, id="a-shrinking-delay"),
        pytest.param("jitter", 1.5, ValueError, id="jitter"),
        pytest.param("max_attempts", -1, ValueError, id="negative-count"),
        pytest.param("max_attempts", 1.5, TypeError, id="half-an-attempt"),
        pytest.param("stable_after", "5", TypeError, id="text"),
        pytest.param("first_delay", True, TypeError, id="bool"),
    ],
)
def test_a_senseless_argument_is_refused(name: str, value: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=name):
        ReconnectPolicy(**{name: value})  # type: ignore[arg-type]


def test_the_defaults_are_those_of_the_contract() -> None:
    text = "(first_delay=0.5, max_delay=30, factor=2, jitter=0.5, max_attempts=0, stable_after=5, keep_unsent=False)"

    assert repr(ReconnectPolicy()) == f"ReconnectPolicy{text}"


def test_two_clients_come_back_at_different_times() -> None:
    draw: Callable[[], float | None] = lambda: ReconnectPolicy().delay(5, None, 1006)  # noqa: E731 - as short as it gets

    assert len({draw() for _ in range(10)}) > 1
