from __future__ import annotations

import errno
import os
import socket

import pytest

from tests.support.fake_network import FakeNetwork, addresses
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.opening.race import ATTEMPT_DELAY, MAX_ADDRESSES, MAX_OPEN, Address, Race, interleave
from wsclient.transport.stream.stream import Stream

FOUR = [f"192.0.2.{number}" for number in range(1, 5)]


def race(
    network: FakeNetwork, *hosts: str, host: str = "game.example", port: int = 80, local_address: str = ""
) -> Race:
    return Race(
        addresses(*hosts, port=port),
        host=host,
        place=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        local_address=local_address,
        readiness=network.readiness(),
        socket_factory=network.socket,
    )


def refusal(outcome: object) -> Failure:
    assert isinstance(outcome, Failure)
    assert outcome.stage is Stage.CONNECT
    return outcome


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        pytest.param(["1.1.1.1"], ["1.1.1.1"], id="one"),
        pytest.param(["::1", "::2", "1.1.1.1", "1.1.1.2"], ["::1", "1.1.1.1", "::2", "1.1.1.2"], id="IPv6 first"),
        pytest.param(["1.1.1.1", "::1", "::2", "::3"], ["1.1.1.1", "::1", "::2", "::3"], id="IPv4 first"),
        pytest.param(["1.1.1.1", "1.1.1.1", "::1"], ["1.1.1.1", "::1"], id="doubles"),
        pytest.param([], [], id="none"),
    ],
)
def test_families_take_turns(hosts: list[str], expected: list[str]) -> None:
    assert [address.where[0] for address in interleave(addresses(*hosts))] == expected


@pytest.mark.hostile("G01")
def test_no_more_than_a_few_of_many_addresses_are_tried() -> None:
    """200 addresses."""
    many = addresses(*(f"10.0.0.{number}" for number in range(200)))
    assert interleave(many) == list(many[:MAX_ADDRESSES])


@pytest.mark.hostile("G04")
def test_the_first_to_connect_wins_and_the_others_are_closed() -> None:
    """A black hole costs one delay."""
    network = FakeNetwork()
    network.listen("192.0.2.1")
    running = race(network, "2001:db8::1", "192.0.2.1")
    assert running.step(0.0) is None
    assert running.step(ATTEMPT_DELAY * 0.9) is None
    assert network.connects == ["2001:db8::1"]
    stream = running.step(ATTEMPT_DELAY)
    assert isinstance(stream, Stream)
    assert stream.remote_address == ("192.0.2.1", 80)
    assert [made.is_closed for made in network.sockets] == [True, False]
    stream.close()


@pytest.mark.hostile("G05")
@pytest.mark.parametrize("at_once", [False, True], ids=["later", "in connect itself"])
def test_a_failure_starts_the_next_at_once(at_once: bool) -> None:
    network = FakeNetwork()
    network.fail("192.0.2.1", at_once=at_once)
    network.fail("192.0.2.2", errno.ENETUNREACH, at_once=at_once)
    network.listen("192.0.2.3")
    stream = race(network, *FOUR[:3]).step(0.0)
    assert isinstance(stream, Stream)
    assert len(network.open_sockets) == 1
    stream.close()


def test_connecting_never_blocks() -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    running = race(network, "192.0.2.1")
    stream = running.step(0.0)  # the fake fails on a blocking socket
    assert isinstance(stream, Stream)
    stream.close()


@pytest.mark.hostile("G06", "G08")
@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        pytest.param(errno.ECONNREFUSED, FailureKind.REFUSED, "192.0.2.1:80 refused the connection", id="refused"),
        pytest.param(errno.ETIMEDOUT, FailureKind.TIMEOUT, "192.0.2.1:80 did not answer", id="timeout"),
        pytest.param(errno.ENETUNREACH, FailureKind.UNREACHABLE, "there is no way to 192.0.2.1:80", id="net"),
        pytest.param(errno.EHOSTUNREACH, FailureKind.UNREACHABLE, "there is no way to 192.0.2.1:80", id="host"),
        pytest.param(errno.ECONNRESET, FailureKind.LOST, "192.0.2.1:80 reset the connection", id="reset"),
        pytest.param(errno.ECONNABORTED, FailureKind.LOST, "was aborted", id="aborted"),
        pytest.param(errno.EMFILE, FailureKind.SYSTEM, "too many files and sockets", id="descriptors"),
        pytest.param(errno.ENOBUFS, FailureKind.SYSTEM, "short of memory", id="buffers"),
        pytest.param(errno.EACCES, FailureKind.SYSTEM, "forbids", id="forbidden"),
        pytest.param(errno.EIO, FailureKind.LOST, os.strerror(errno.EIO), id="anything else"),
    ],
)
@pytest.mark.parametrize("at_once", [False, True], ids=["later", "at once"])
def test_says_why_it_failed(number: int, kind: FailureKind, words: str, at_once: bool) -> None:
    network = FakeNetwork()
    network.fail("192.0.2.1", number, at_once=at_once)
    failure = refusal(race(network, "192.0.2.1", host="192.0.2.1").step(0.0))
    assert failure.kind is kind
    assert words in failure.detail
    assert isinstance(failure.cause, OSError)
    assert network.open_sockets == []


@pytest.mark.hostile("G08")
@pytest.mark.parametrize("call", ["socket", "connect_ex", "getsockopt", "getpeername"])
def test_an_error_in_any_call_is_an_end(call: str) -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    network.faults[call] = [OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))]
    assert refusal(race(network, "192.0.2.1").step(0.0)).kind is FailureKind.SYSTEM
    assert network.open_sockets == []


@pytest.mark.parametrize(
    ("numbers", "kind", "words"),
    [
        pytest.param(
            [errno.ENETUNREACH, errno.ECONNREFUSED, errno.ENETUNREACH],
            FailureKind.REFUSED,
            "game.example:80 (192.0.2.2) refused the connection (3 addresses tried)",
            id="a refusal says more than an unreachable network",
        ),
        pytest.param(
            [errno.ECONNREFUSED, errno.ECONNREFUSED],
            FailureKind.REFUSED,
            "game.example:80 (192.0.2.1) refused the connection (2 addresses tried)",
            id="the first of two alike",
        ),
        pytest.param(
            [errno.ENETUNREACH, errno.EMFILE],
            FailureKind.SYSTEM,
            "(2 addresses tried)",
            id="this machine says more than the network",
        ),
    ],
)
def test_the_most_telling_of_several_failures_is_reported(numbers: list[int], kind: FailureKind, words: str) -> None:
    network = FakeNetwork()
    hosts = FOUR[: len(numbers)]
    for host, number in zip(hosts, numbers, strict=True):
        network.fail(host, number)
    failure = refusal(race(network, *hosts).step(0.0))
    assert failure.kind is kind
    assert words in failure.detail


def test_no_addresses_at_all_is_a_failure() -> None:
    assert "game.example:80" in refusal(race(FakeNetwork()).step(0.0)).detail


def test_only_a_few_sockets_are_open_at_once() -> None:
    network = FakeNetwork()
    hosts = [f"192.0.2.{number}" for number in range(1, MAX_ADDRESSES + 1)]
    running = race(network, *hosts)
    for turn in range(MAX_ADDRESSES):
        assert running.step(turn * ATTEMPT_DELAY) is None
        assert len(network.open_sockets) <= MAX_OPEN
    assert network.connects == hosts
    running.close()
    running.close()
    assert network.open_sockets == []


def test_a_late_winner_wins_still() -> None:
    network = FakeNetwork()
    running = race(network, "192.0.2.1", "192.0.2.2")
    assert running.step(0.0) is None
    assert running.step(1.0) is None
    network.listen("192.0.2.1")
    stream = running.step(2.0)
    assert isinstance(stream, Stream)
    assert stream.remote_address[0] == "192.0.2.1"
    stream.close()


def test_a_socket_connected_to_itself_is_not_a_server() -> None:
    network = FakeNetwork()
    running = race(network, "127.0.0.1", host="127.0.0.1")
    assert running.step(0.0) is None
    network.sockets[0].is_connected_to_itself = True
    network.listen("127.0.0.1")
    assert refusal(running.step(0.1)).kind is FailureKind.REFUSED
    assert network.open_sockets == []


def test_an_ipv6_host_is_shown_in_brackets() -> None:
    network = FakeNetwork()
    network.fail("::1")
    assert refusal(race(network, "::1", host="::1").step(0.0)).detail == "[::1]:80 refused the connection"


def test_addresses_are_what_connect_takes() -> None:
    assert addresses("::1", port=9) == (Address(socket.AF_INET6, ("::1", 9, 0, 0)),)


@pytest.mark.faults("B16")
@pytest.mark.parametrize("number", [errno.EINVAL, errno.EHOSTUNREACH])
def test_a_link_local_address_needs_a_zone(number: int) -> None:
    network = FakeNetwork()
    network.fail("fe80::1", number, at_once=True)
    failure = refusal(race(network, "fe80::1", host="fe80::1").step(0.0))
    assert failure.kind is FailureKind.INVALID_ARGUMENT
    assert "without a zone" in failure.detail
    assert "[fe80::1%eth0]" in failure.hint


def test_another_invalid_address_is_reported_as_such() -> None:
    network = FakeNetwork()
    network.fail("2001:db8::1", errno.EINVAL, at_once=True)
    assert os.strerror(errno.EINVAL) in refusal(race(network, "2001:db8::1").step(0.0)).detail


@pytest.mark.faults("B22")
def test_a_machine_without_a_local_port_is_reported() -> None:
    network = FakeNetwork()
    network.fail("192.0.2.1", errno.EADDRNOTAVAIL, at_once=True)
    failure = refusal(race(network, "192.0.2.1", host="192.0.2.1").step(0.0))
    assert failure.kind is FailureKind.SYSTEM
    assert failure.detail == "this machine has no local port left for a connection to 192.0.2.1:80"
    assert "wait a minute" in failure.hint


def test_an_ipv6_address_that_is_not_available_may_be_for_another_reason() -> None:
    network = FakeNetwork()
    network.fail("2001:db8::1", errno.EADDRNOTAVAIL, at_once=True)
    assert refusal(race(network, "2001:db8::1").step(0.0)).kind is FailureKind.UNREACHABLE


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL])
def test_a_missing_local_address_is_reported(number: int) -> None:
    network = FakeNetwork()
    network.faults["bind"] = [OSError(number, os.strerror(number))]
    failure = refusal(race(network, "192.0.2.1", local_address="198.51.100.1").step(0.0))

    assert failure.kind is FailureKind.INVALID_ARGUMENT
    assert failure.detail == ("this machine has no address 198.51.100.1 to connect to game.example:80 (192.0.2.1) from")


def test_connects_from_the_local_address() -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    assert isinstance(race(network, "192.0.2.1", local_address="198.51.100.1").step(0.0), Stream)

    assert network.sockets[0].bound == ("198.51.100.1", 0)
