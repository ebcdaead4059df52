"""Tests each system call of a session with each of its failures.

These are rows G08 and G09.
"""

from __future__ import annotations

import errno
import functools
import itertools

import pytest

from tests.hostile.faulty_system import Fault
from tests.hostile.session import Session

ONCE = (
    errno.EINTR, errno.EAGAIN, errno.ENOBUFS, errno.EMFILE, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ECONNRESET,
    errno.ECONNABORTED, errno.EPIPE, errno.ETIMEDOUT,
)  # fmt: skip
FROM_NOW_ON = (errno.EAGAIN, errno.ENOBUFS, errno.ECONNRESET)
EACH_WAY = tuple([(number, False) for number in ONCE] + [(number, True) for number in FROM_NOW_ON])

# All that a session calls.
CALLS = (
    "socket", "setblocking", "connect_ex", "poll", "getsockopt", "getsockname", "getpeername", "epoll_create",
    "epoll_ctl", "epoll_wait", "setsockopt", "getrandom", "recv", "send", "shutdown", "close",
)  # fmt: skip

# Calls without which a session does as well: there is another way, or it is at its end.
SPARE = frozenset({"epoll_create", "epoll_ctl", "epoll_wait", "setsockopt", "shutdown", "close"})

# Errors that mean "later", of calls that are made again.
LATER = frozenset(itertools.product(("recv", "send"), (errno.EINTR, errno.EAGAIN, errno.ENOBUFS)))

MOST_CALLS = 40  # in one poll(); a session that nothing disturbs needs about half

kinds = pytest.mark.parametrize(
    ("is_secure", "is_closed_by_server"),
    [
        pytest.param(False, False, id="ws, we close"),
        pytest.param(False, True, id="ws, the server closes"),
        pytest.param(True, False, id="wss, we close"),
    ],
)


@functools.cache
def undisturbed(is_secure: bool, is_closed_by_server: bool, size: int = 70_000) -> dict[str, int]:
    """How often each call is made when nothing goes wrong."""
    session = Session(is_secure=is_secure, is_closed_by_server=is_closed_by_server, size=size)
    session.run(None)
    assert session.went_well
    return {name: session.system.calls.count(name) for name in session.system.calls}


def has_to_go_well(fault: Fault) -> bool:
    """Whether the fault must not be noticed at all."""
    return fault.call in SPARE or (not fault.is_lasting and (fault.call, fault.number) in LATER)


def check(session: Session, fault: Fault) -> None:
    """The end is a defined one, whatever went wrong."""
    assert session.system.hits
    assert session.terminals == session.told[-1:]
    assert session.client.get_connection_status() == session.client.CONNECTION_DISCONNECTED
    assert session.leaks == []
    assert session.most_calls <= MOST_CALLS
    assert session.received == session.answers[: len(session.received)]
    assert session.reached_server == session.sent[: len(session.reached_server)]
    if has_to_go_well(fault):
        assert session.went_well
    if session.went_well:
        assert session.client.last_error is None
    else:
        check_failure(session, fault)


def check_failure(session: Session, fault: Fault) -> None:
    """Checks that the reported failure fits its time, and names its cause."""
    failure = session.client.last_error
    assert failure is not None
    if "established" in session.told:
        assert session.told[-1] == ("closed", False)
        assert failure.stage in ("open", "close")
    else:
        assert session.told == ["error"]
        assert failure.stage in ("connect", "tls", "handshake")
    is_too_late = failure.error.name == "ERR_TIMEOUT"
    if not is_too_late:
        assert isinstance(failure.cause, OSError)
        assert failure.cause.errno == fault.number


@pytest.mark.hostile("G08")
@kinds
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.untraced
def test_an_error_of_any_call_has_a_defined_end(call: str, is_secure: bool, is_closed_by_server: bool) -> None:
    session = Session(is_secure=is_secure, is_closed_by_server=is_closed_by_server)
    count = undisturbed(is_secure, is_closed_by_server)[call]
    for index, (number, is_lasting) in itertools.product(range(count), EACH_WAY):
        fault = Fault(call, index, number, is_lasting)
        session.run(fault)  # always by the same object, which so connects again and again
        check(session, fault)
    session.run(None)
    assert session.went_well


@pytest.mark.hostile("G08")
@kinds
def test_no_call_is_left_out(is_secure: bool, is_closed_by_server: bool) -> None:
    assert undisturbed(is_secure, is_closed_by_server).keys() == set(CALLS)


@pytest.mark.hostile("G09")
@kinds
@pytest.mark.parametrize("call", ["recv", "send"])
@pytest.mark.parametrize("is_lasting", [False, True], ids=["once", "from then on"])
def test_a_single_byte_at_any_call_changes_nothing(
    is_lasting: bool, call: str, is_secure: bool, is_closed_by_server: bool
) -> None:
    size = 200 if is_lasting else 70_000
    session = Session(is_secure=is_secure, is_closed_by_server=is_closed_by_server, size=size)
    session.client.handshake_timeout = session.client.close_timeout = 0.0  # it may take its time
    if is_lasting:
        session.client.heartbeat_interval = 0.0  # at a byte a frame, each pong comes far too late
    count = undisturbed(is_secure, is_closed_by_server, size)[call]
    for index in [0] if is_lasting else range(count):
        fault = Fault(call, index, None, is_lasting)
        session.run(fault)
        assert session.system.hits
        assert session.went_well
        assert session.leaks == []
