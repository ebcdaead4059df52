from __future__ import annotations

import errno
import ssl

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.memory_stream import MemoryStream
from tests.support.tls import ServerTlsStream, client_context, expired_context, server_context
from wsclient.protocol.events import FailureKind
from wsclient.transport.stream.stream import StreamError
from wsclient.transport.stream.tls_stream import TlsStream

RECORD = 16384


class Pair:
    """A client and a server, and the wire between them."""

    def __init__(
        self,
        server: ssl.SSLContext | None = None,
        client: ssl.SSLContext | None = None,
        host: str = "localhost",
    ) -> None:
        self.here, self.there = MemoryStream.pair()
        self.client = TlsStream(self.here, client or client_context(), host)
        self.server = ServerTlsStream(self.there, server or server_context())

    def shake(self) -> None:
        """The whole handshake."""
        for _ in range(10):
            is_done = self.client.handshake()
            if self.server.handshake() and is_done:
                self.client.receive(100)  # session tickets
                return
        raise AssertionError("the handshake does not end")


@pytest.fixture
def pair() -> Pair:
    made = Pair()
    made.shake()
    return made


def everything(stream: TlsStream, max_bytes: int = 65536) -> bytes:
    """Returns what can be received without new readiness."""
    pieces = [stream.receive(max_bytes)]
    while stream.has_more:
        pieces.append(stream.receive(max_bytes))
    return b"".join(piece for piece in pieces if piece)


def refusal(pair: Pair) -> StreamError:
    """Returns the error that a client's handshake ends with.

    The server's handshake must fail too.
    """
    with pytest.raises(StreamError) as caught:  # noqa: PT012 - both sides have to take their steps
        for _ in range(10):
            pair.client.handshake()
            try:
                pair.server.handshake()
            except StreamError:
                pair.there.end()
    return caught.value


def test_agrees_and_carries_bytes_both_ways(pair: Pair) -> None:
    assert pair.client.version == "TLSv1.3"
    assert pair.client.send(b"hello") == 5
    assert pair.server.receive(100) == b"hello"
    assert pair.server.send(b"world") == 5
    assert pair.client.is_readable()
    assert pair.client.receive(100) == b"world"
    assert pair.client.receive(100) is None


def test_knows_no_version_before_it_is_agreed_on() -> None:
    assert Pair().client.version == ""


def test_sends_nothing_in_the_clear(pair: Pair) -> None:
    pair.client.send(b"secret" * 10)
    assert b"secret" not in pair.there.inbox


@pytest.mark.parametrize(
    ("host", "names"),
    [
        pytest.param("localhost", ["localhost"], id="name"),
        pytest.param("a.game.example", ["*.game.example"], id="wildcard"),
        pytest.param("127.0.0.1", ["127.0.0.1"], id="IPv4"),
        pytest.param("::1", ["::1"], id="IPv6"),
        pytest.param("localhost.", ["localhost"], id="name with its final dot"),
        pytest.param("fe80::1%eth0", ["fe80::1"], id="IPv6 with a zone"),
    ],
)
def test_accepts_a_certificate_that_names_the_host(host: str, names: list[str]) -> None:
    Pair(server=server_context(*names), host=host).shake()


@pytest.mark.hostile("G10")
@pytest.mark.parametrize(
    ("host", "names"),
    [
        pytest.param("localhost", ["other.example"], id="name"),
        pytest.param("a.b.game.example", ["*.game.example"], id="wildcard over two labels"),
        pytest.param("127.0.0.1", ["127.0.0.2"], id="address"),
        pytest.param("127.0.0.1", ["localhost"], id="address by name"),
    ],
)
def test_refuses_a_certificate_that_names_another(host: str, names: list[str]) -> None:
    error = refusal(Pair(server=server_context(*names), host=host))
    assert error.kind is FailureKind.CERTIFICATE
    assert "mismatch" in error.detail


@pytest.mark.hostile("G10", "G12")
def test_refuses_a_certificate_of_an_unknown_authority() -> None:
    error = refusal(Pair(server=server_context(ca=trustme.CA())))
    assert error.kind is FailureKind.CERTIFICATE
    assert error.detail.startswith("certificate verify failed: unable to get local issuer certificate")


@pytest.mark.hostile("G10")
def test_refuses_an_expired_certificate() -> None:
    error = refusal(Pair(server=expired_context()))
    assert (error.kind, error.detail) == (
        FailureKind.CERTIFICATE,
        "certificate verify failed: certificate has expired",
    )


@pytest.mark.hostile("G10")
def test_finds_no_common_version() -> None:
    server, client = server_context(), client_context()
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    error = refusal(Pair(server, client))
    assert error.kind is FailureKind.TLS
    assert "version" in error.detail


@pytest.mark.hostile("G10")
def test_finds_no_common_cipher() -> None:
    server, client = server_context(), client_context()
    for context, cipher in ((server, "ECDHE-ECDSA-AES128-GCM-SHA256"), (client, "ECDHE-ECDSA-AES256-GCM-SHA384")):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(cipher)
    error = refusal(Pair(server, client))
    assert error.kind is FailureKind.TLS
    assert "handshake failure" in error.detail


@pytest.mark.hostile("G10")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_client_certificate_is_reported(version: ssl.TLSVersion) -> None:
    """With TLS 1.3 the refusal comes only after the handshake."""
    server = server_context()
    server.maximum_version = version
    server.verify_mode = ssl.CERT_REQUIRED
    pair = Pair(server)
    with pytest.raises(StreamError, match=r"certificate|handshake failure"):  # noqa: PT012 - as above
        for _ in range(10):
            if pair.client.handshake():
                pair.client.receive(100)
            try:
                pair.server.handshake()
            except StreamError:
                pair.there.end()


@pytest.mark.hostile("G17")
@pytest.mark.parametrize("reply", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b"\x16HTTP", b"\x00"])
def test_a_server_that_speaks_another_protocol_is_reported(reply: bytes) -> None:
    pair = Pair()
    assert not pair.client.handshake()
    pair.there.send(reply)
    pair.there.end()
    with pytest.raises(StreamError) as caught:
        pair.client.handshake()
    assert caught.value.kind is FailureKind.TLS_ON_PLAIN_PORT


def test_a_server_that_hangs_up_is_reported() -> None:
    pair = Pair()
    assert not pair.client.handshake()
    pair.there.end()
    with pytest.raises(StreamError, match="hung up") as caught:
        pair.client.handshake()
    assert caught.value.kind is FailureKind.TLS


def test_it_is_unanswered_until_the_first_byte_arrives() -> None:
    pair = Pair()
    assert not pair.client.handshake()
    before = pair.client.is_unanswered
    pair.there.send(b"\x16")
    assert not pair.client.handshake()

    assert (before, pair.client.is_unanswered) == (True, False)


def test_a_name_that_no_certificate_can_have_is_refused() -> None:
    with pytest.raises(StreamError, match="cannot be spoken"):
        Pair(host=".")


def test_a_context_for_servers_is_refused() -> None:
    with pytest.raises(StreamError, match="cannot be spoken"):
        Pair(client=server_context())


@pytest.mark.hostile("G13")
def test_the_handshake_may_stall_anywhere() -> None:
    """One byte at a time, and never a wait."""
    pair = Pair()
    for stream in (pair.here, pair.there):
        stream.max_receive = 1
        stream.max_send = 100
    steps = 0
    while not (pair.client.handshake() and pair.server.handshake()):
        pair.server.handshake()
        steps += 1
        assert steps < 10_000
    assert steps > 10


def test_a_step_of_the_handshake_reads_a_bounded_amount() -> None:
    pair = Pair()
    pair.client.handshake()
    pair.server.handshake()
    pair.here.max_receive = 1
    pair.here.calls.clear()
    assert not pair.client.handshake()
    assert pair.here.calls.count("receive") <= 16


@pytest.mark.hostile("G15")
def test_data_that_came_with_the_end_of_the_handshake_is_not_stranded() -> None:
    """With TLS 1.2, data can follow the server's last handshake message directly."""
    server = server_context()
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    pair = Pair(server)
    while not pair.server.handshake():
        pair.client.handshake()
    pair.server.send(b"first frames")
    assert pair.client.handshake()
    assert not pair.client.is_readable()
    assert pair.client.has_more
    assert everything(pair.client) == b"first frames"


@pytest.mark.hostile("G15")
def test_a_short_read_strands_nothing(pair: Pair) -> None:
    data = bytes(range(250)) * 250
    pair.server.send(data)
    first = pair.client.receive(100)
    assert first == data[:100]
    assert not pair.client.is_readable()
    assert pair.client.has_more
    assert first + everything(pair.client, 1000) == data
    assert not pair.client.has_more


def test_many_records_are_one_read(pair: Pair) -> None:
    pair.server.send(bytes(3 * RECORD))
    assert pair.client.receive(65536) == bytes(3 * RECORD)
    assert not pair.client.has_more
    assert pair.here.calls.count("receive") <= 4


def test_an_idle_stream_is_not_asked_for_held_data(pair: Pair) -> None:
    pair.server.send(b"x")
    assert pair.client.receive(65536) == b"x"
    assert not pair.client.has_more
    assert not pair.client.is_readable()


def test_half_a_record_is_no_data_yet(pair: Pair) -> None:
    pair.server.send(b"hello")
    pair.here.max_receive = 10
    received = []
    while pair.client.is_readable():
        received.append(pair.client.receive(65536))
    assert received[:-1] == [None] * (len(received) - 1)
    assert received[-1] == b"hello"


def test_close_notify_is_the_end(pair: Pair) -> None:
    pair.server.send(b"bye")
    pair.server.finish()
    assert pair.client.receive(65536) == b"bye"
    assert pair.client.has_more or pair.client.is_readable()
    assert pair.client.receive(65536) == b""
    assert not pair.client.has_more


@pytest.mark.hostile("G16")
def test_so_is_a_bare_end_of_tcp(pair: Pair) -> None:
    pair.server.send(b"bye")
    pair.there.end()
    assert pair.client.receive(65536) == b"bye"
    assert pair.client.is_readable()
    assert pair.client.receive(65536) == b""


def test_a_forged_record_is_an_error_after_the_valid_ones(pair: Pair) -> None:
    pair.server.send(b"good")
    pair.server.send(b"bad")
    pair.here.inbox[-1] ^= 1
    assert pair.client.receive(65536) == b"good"
    assert pair.client.has_more
    for _ in range(2):
        with pytest.raises(StreamError, match="TLS failed"):
            pair.client.receive(65536)
        assert not pair.client.has_more


@pytest.mark.hostile("G14")
def test_data_of_openssl_is_sent_while_reading(pair: Pair) -> None:
    """Sends what OpenSSL wants to send while reading.

    A key update is answered (RFC 8446 section 4.6.3), and `ssl` cannot ask for one.
    """

    class Updating:
        def __init__(self, real: ssl.SSLObject) -> None:
            self.real = real
            self.pending = real.pending

        def read(self, size: int) -> bytes:
            pair.client._outgoing.write(b"an update")
            return self.real.read(size)

    pair.server.send(b"x")
    pair.client._tls = Updating(pair.client._tls)  # type: ignore[assignment]
    assert pair.client.receive(100) == b"x"
    assert pair.there.inbox == b"an update"


def test_finishing_says_close_notify(pair: Pair) -> None:
    pair.client.send(b"last")
    pair.client.finish()
    assert pair.here.has_finished
    assert pair.server.receive(65536) == b"last"
    assert pair.server.receive(65536) == b""


def test_finishing_without_a_handshake_or_a_wire_raises_nothing() -> None:
    pair = Pair()
    pair.client.handshake()
    pair.here.break_with(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    pair.client.finish()
    assert pair.here.is_closed


def test_a_full_wire_takes_nothing_new_until_the_ciphertext_is_out(pair: Pair) -> None:
    pair.here.room = 10
    assert pair.client.send(b"a" * 100) == 100
    assert not pair.client.flush()
    assert pair.client.send(b"b" * 100) == 0
    held = pair.client.held
    assert held == 100, "of what was given, whatever TLS makes of it"
    pair.here.room = 20
    assert not pair.client.flush()
    assert pair.client.held < held
    pair.here.room = None
    assert pair.client.flush()
    assert pair.client.held == pair.here.held == 0
    assert pair.client.send(b"b" * 100) == 100
    assert everything(pair.server) == b"a" * 100 + b"b" * 100


@pytest.mark.parametrize("size", [1, 16384, 16385, 50_000])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.999, 1.0])
def test_data_in_an_incomplete_record_is_undelivered(pair: Pair, size: int, share: float) -> None:
    pair.here.room = int(size * share)

    sent = pair.client.send(bytes(size))

    assert len(everything(pair.server)) == sent - pair.client.undelivered


def test_sending_after_the_end_is_an_error(pair: Pair) -> None:
    pair.client.finish()
    with pytest.raises(OSError, match="TLS"):
        pair.client.send(b"late")


def test_a_broken_wire_is_an_error(pair: Pair) -> None:
    pair.here.break_with(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))
    with pytest.raises(ConnectionResetError):
        pair.client.receive(100)
    with pytest.raises(ConnectionResetError):
        pair.client.send(b"x")


def test_passes_on_other_calls_to_the_stream(pair: Pair) -> None:
    pair.client.set_no_delay(False)
    assert pair.here.no_delay is False
    assert pair.client.remote_address == pair.here.remote_address
    pair.client.close()
    assert pair.here.is_closed


@settings(max_examples=25)
@given(
    messages=st.lists(st.integers(1, 40_000), min_size=1, max_size=5),
    wire=st.integers(50, 5000),
    read=st.integers(1, 70_000),
)
def test_any_chunking_carries_the_same_bytes(messages: list[int], wire: int, read: int) -> None:
    pair = Pair()
    pair.shake()
    pair.here.max_receive = wire
    pair.there.max_send = wire
    expected = b"".join(bytes([index]) * size for index, size in enumerate(messages))
    received = b""
    unsent = expected
    while len(received) < len(expected):
        unsent = unsent[pair.server.send(unsent) :] if unsent else unsent
        pair.server.flush()
        received += everything(pair.client, read)
    assert received == expected


@pytest.mark.faults("D1")
def test_one_read_decrypts_a_bounded_number_of_records(pair: Pair) -> None:
    for _ in range(2000):
        pair.server.send(b"ab")
    assert pair.client.receive(65536) == b"ab" * 256
    assert pair.client.has_more
    assert everything(pair.client) + b"ab" * 256 == b"ab" * 2000


@pytest.mark.faults("D2")
def test_data_of_tls_itself_does_not_count_as_unsent(pair: Pair) -> None:
    pair.here.room = 0
    pair.there.send(b"\x17\x03\x03\x00\x20" + bytes(32))  # an unencrypted record, which requires an alert
    with pytest.raises(StreamError):
        pair.client.receive(65536)
    assert pair.client.held == 0
