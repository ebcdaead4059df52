from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.memory_stream import MemoryStream
from wsclient.protocol.events import FailureKind
from wsclient.transport.stream.stream import Stream, StreamError
from wsclient.transport.stream.tcp_stream import TcpStream
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from collections.abc import Callable


def test_an_error_of_a_stream_is_caught_like_the_systems() -> None:
    with pytest.raises(OSError, match="it has expired") as caught:
        raise StreamError(FailureKind.CERTIFICATE, "it has expired")
    assert (caught.value.kind, caught.value.detail) == (FailureKind.CERTIFICATE, "it has expired")
    assert caught.value.errno is None  # so that no table of the system's numbers is asked what it means


@pytest.mark.parametrize("kind", [TcpStream, TlsStream, MemoryStream])
def test_every_stream_has_all_that_a_stream_has(kind: type[Stream]) -> None:
    assert issubclass(kind, Stream)
    assert not kind.__abstractmethods__


@pytest.mark.parametrize(
    ("held", "wire", "expected"),
    [
        pytest.param(False, b"", False, id="nothing"),
        pytest.param(True, b"", True, id="something held"),
        pytest.param(False, b"x", True, id="something on the wire"),
        pytest.param(False, None, True, id="nobody knows"),
    ],
)
def test_receiving_is_worth_a_call_unless_there_is_surely_nothing(
    held: bool, wire: bytes | None, expected: bool
) -> None:
    class Unsure(MemoryStream):
        @property
        def is_readable(self) -> Callable[[], object]:
            def ask() -> object:
                if wire is None:
                    raise InterruptedError
                return wire

            return ask

        @property
        def has_more(self) -> bool:
            return held

    assert Unsure().may_receive() is expected


@pytest.mark.parametrize("kind", [TcpStream, TlsStream])
def test_a_stream_of_which_there_may_be_thousands_has_no_dictionary(kind: type[Stream]) -> None:
    assert not hasattr(kind.__new__(kind), "__dict__")
