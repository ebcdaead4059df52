"""Listener: a port of this machine."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

import pytest

from wsclient.transport.lingering import Lingering
from wsclient.transport.listener import AcceptedStream, Listener

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def lingering() -> Iterator[Lingering]:
    kept = Lingering()
    yield kept
    kept.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener("127.0.0.1", 0)
    yield made
    made.close()
    made.close()


def accepted(listener: Listener, lingering: Lingering) -> AcceptedStream:
    for _ in range(1000):
        if stream := listener.accept(lingering):
            return stream
    raise AssertionError("nobody came")


def test_no_connection_waits_at_first(listener: Listener, lingering: Lingering) -> None:
    assert listener.port > 0
    assert listener.descriptor.fileno >= 0
    assert listener.accept(lingering) is None


def test_connections_are_accepted(listener: Listener, lingering: Lingering) -> None:
    with socket.create_connection(("127.0.0.1", listener.port)) as client:
        stream = accepted(listener, lingering)
        client.sendall(b"hello")

        assert stream.receive(100) == b"hello"
        assert stream.remote_address == client.getsockname()
        stream.close()


def test_all_addresses_of_both_families_are_one_star() -> None:
    listener = Listener("*", 0)
    families = ["127.0.0.1", "::1"] if socket.has_dualstack_ipv6() else ["127.0.0.1"]
    for host in families:
        socket.create_connection((host, listener.port), timeout=20).close()
    listener.close()


def test_a_taken_port_is_an_os_error(listener: Listener) -> None:
    with pytest.raises(OSError, match="use") as caught:
        Listener("127.0.0.1", listener.port)

    assert caught.value.errno == errno.EADDRINUSE


def test_one_that_has_gone_before_it_was_accepted_is_passed_over(
    listener: Listener, lingering: Lingering, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = [OSError(errno.ECONNABORTED, "gone"), BlockingIOError(errno.EAGAIN, "nobody")]

    def accept(_self: socket.socket) -> None:
        raise raised.pop(0)

    monkeypatch.setattr(socket.socket, "accept", accept)  # no fake stands between a listener and the system

    assert listener.accept(lingering) is None
    assert raised == []


def test_a_machine_without_descriptors_is_reported(
    listener: Listener, lingering: Lingering, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accept(_self: socket.socket) -> None:
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr(socket.socket, "accept", accept)  # as above

    with pytest.raises(OSError, match="too many"):
        listener.accept(lingering)


def test_at_its_end_a_connection_lingers(listener: Listener, lingering: Lingering) -> None:
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as client:
        stream = accepted(listener, lingering)
        stream.send(b"the last word")
        client.sendall(b"not read")
        stream.finish()

        assert client.recv(100) == b"the last word"
        assert client.recv(100) == b""
        assert len(lingering) == 1
