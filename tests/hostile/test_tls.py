"""TLS with the wrong server, or in the wrong way (rows G10 to G17)."""

from __future__ import annotations

import logging
import ssl
from typing import TYPE_CHECKING

import pytest

from tests.hostile import certificates
from tests.hostile.certificates import HOST
from tests.hostile.scenario import Scene
from tests.hostile.wire import BINARY, TEXT, close, frame
from tests.hostile.worlds import TlsWorld
from tests.support.tls import authority
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOOD = certificates.named(HOST, "192.0.2.1", "a.game.example")
RECORD = 16384  # RFC 8446 section 5.1


@pytest.fixture
def tls() -> Iterator[Scene]:
    """A server of the test's own, and a client that only trusts its authority."""
    with Scene(TlsWorld(GOOD)) as made:
        made.client.trusted_ssl_certificate = authority().cert_pem.bytes().decode()
        yield made


def world_of(scene: Scene) -> TlsWorld:
    assert isinstance(scene.world, TlsWorld)
    return scene.world


def refuses(scene: Scene, says: str, *, stage: str = "tls") -> None:
    """It comes to nothing; and a good server is taken all the same."""
    assert scene.client.connect_to_url(scene.world.url) == Error.OK
    scene.run(lambda: scene.is_over)
    world_of(scene).context = GOOD
    scene.client.trusted_ssl_certificate = authority().cert_pem.bytes().decode()
    scene.fails(says, stage=stage)


OLD = "ALL:@SECLEVEL=0"  # the only way to have OpenSSL 3 speak TLS 1.1 at all


@pytest.mark.hostile("G10")
@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda: certificates.of_another_time(years=-20), "certificate has expired", id="G10-expired"),
        pytest.param(lambda: certificates.of_another_time(years=5), "not yet valid", id="G10-not-yet-valid"),
        pytest.param(certificates.self_signed, "self-signed certificate", id="G10-self-signed"),
        pytest.param(certificates.by_a_stranger, "unable to get local issuer", id="G10-unknown-authority"),
        pytest.param(certificates.with_a_weak_key, "key too weak", id="G10-weak-key"),
        pytest.param(certificates.for_clients_only, "purpose", id="G10-for-clients"),
        pytest.param(lambda: certificates.named("other.example"), "hostname mismatch", id="G10-wrong-host"),
        pytest.param(lambda: certificates.named("192.0.2.1"), "hostname mismatch", id="G10-address-for-a-name"),
        pytest.param(
            lambda: certificates.speaking(at_least=ssl.TLSVersion.TLSv1, at_most=ssl.TLSVersion.TLSv1, ciphers=OLD),
            "version",
            id="G10-TLS-1.0",
            marks=pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated"),
        ),
        pytest.param(
            lambda: certificates.speaking(at_least=ssl.TLSVersion.TLSv1, at_most=ssl.TLSVersion.TLSv1_1, ciphers=OLD),
            "version",
            id="G10-TLS-1.1",
            marks=pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1"),
        ),
        pytest.param(
            lambda: certificates.speaking(at_most=ssl.TLSVersion.TLSv1_2, ciphers="AES128-SHA"),
            "handshake failure",
            id="G10-no-shared-cipher",
        ),
        pytest.param(
            lambda: certificates.asking_for_a_certificate(ssl.TLSVersion.TLSv1_2),
            "handshake failure",
            id="G10-asks-for-ours-TLS-1.2",
        ),
    ],
)
def test_a_server_that_cannot_be_trusted_is_refused(tls: Scene, make: Callable[[], ssl.SSLContext], says: str) -> None:
    world_of(tls).context = make()

    refuses(tls, says)
    assert tls.servers[0].request == b""


@pytest.mark.hostile("G10")
def test_a_request_for_our_certificate_is_reported_after_the_tls_handshake(tls: Scene) -> None:
    """With TLS 1.3 we have sent our request by then."""
    world_of(tls).context = certificates.asking_for_a_certificate(ssl.TLSVersion.TLSv1_3)

    refuses(tls, "certificate required")


@pytest.mark.hostile("G10")
@pytest.mark.parametrize(
    ("host", "name"),
    [
        pytest.param("game.example", "*.game.example", id="G10-no-label-for-the-star"),
        pytest.param("a.b.game.example", "*.game.example", id="G10-two-labels-for-the-star"),
        pytest.param("a.game.example", "a*.game.example", id="G10-half-a-label"),
        pytest.param("a.game.example", "a.*.example", id="G10-star-inside"),
        pytest.param("game", "*", id="G10-star-alone"),
        pytest.param("192.0.2.1", "192.0.2.2", id="G10-other-address"),
        pytest.param("192.0.2.1", "game.example", id="G10-name-for-an-address"),
    ],
)
def test_a_name_that_does_not_cover_the_host_is_refused(tls: Scene, host: str, name: str) -> None:
    world_of(tls).url = f"wss://{host}"
    world_of(tls).context = certificates.named(name) if name[0].isdigit() else certificates.named_oddly(name)
    assert tls.client.connect_to_url(tls.world.url) == Error.OK
    tls.run(lambda: tls.is_over)
    world_of(tls).url = f"wss://{HOST}"
    world_of(tls).context = GOOD

    tls.fails("mismatch", stage="tls")


@pytest.mark.hostile("G10")
@pytest.mark.parametrize(
    ("host", "name"),
    [
        pytest.param("game.example", "game.example", id="G10-name"),
        pytest.param("GAME.example", "game.example", id="G10-in-capitals"),
        pytest.param("game.example.", "game.example", id="G10-with-its-final-dot"),
        pytest.param("a.game.example", "*.game.example", id="G10-one-label-for-the-star"),
        pytest.param("192.0.2.1", "192.0.2.1", id="G10-address"),
        pytest.param("[::1]", "::1", id="G10-IPv6-address"),
    ],
)
def test_a_name_that_covers_the_host_is_taken(tls: Scene, host: str, name: str) -> None:
    world_of(tls).url = f"wss://{host}"
    world_of(tls).context = certificates.named(name)
    world_of(tls).network.listen("::1")
    tls.open().send(close())

    tls.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("G10")
def test_a_name_only_in_the_subject_is_accepted(tls: Scene) -> None:
    """Accepts a certificate whose name is in the subject only.

    Browsers do not, but Godot's own `Crypto.generate_self_signed_certificate` makes no other kind.
    """
    world_of(tls).context = certificates.named_the_old_way()
    tls.open().send(close())

    tls.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("G11")
@pytest.mark.parametrize("make", [certificates.self_signed, lambda: certificates.named("other.example")])
def test_unverified_tls_accepts_any_server_and_warns_once(
    tls: Scene, make: Callable[[], ssl.SSLContext], caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    host = f"g11-{len(request.node.name)}-{id(tls):x}.example"  # it is said once for each server
    world_of(tls).url = f"wss://{host}"
    world_of(tls).context = make()
    tls.client.verify_ssl = False
    tls.open().send(close())
    tls.closes(1000, is_clean=True, before=[("close_request", 1000, "")])

    assert len(tls.servers) == 2
    warned = [record for record in caplog.records if record.levelno >= logging.WARNING and host in record.getMessage()]
    assert [record.levelno for record in warned] == [logging.WARNING]
    assert "neither certificate nor host name is checked" in warned[0].getMessage()


@pytest.mark.hostile("G12")
@pytest.mark.parametrize("kind", ["another-leaf", "another-authority"])
def test_a_server_with_another_certificate_than_the_trusted_one_is_refused(tls: Scene, kind: str) -> None:
    stranger = certificates.by_a_stranger()
    if kind == "another-leaf":
        tls.client.trusted_ssl_certificate = authority().issue_cert(HOST).cert_chain_pems[0].bytes()
    else:
        world_of(tls).context = stranger

    refuses(tls, "certificate verify failed")


@pytest.mark.hostile("G13")
def test_a_server_silent_after_our_hello_ends_at_the_timeout(tls: Scene) -> None:
    world_of(tls).context = None
    assert tls.client.connect_to_url(tls.world.url) == Error.OK
    tls.wait(9.8)
    assert tls.told == []
    assert tls.server.received > 100
    tls.wait(0.4)
    world_of(tls).context = GOOD

    tls.fails("did not complete TLS within 10 s", stage="tls")


@pytest.mark.hostile("G13")
def test_a_server_whose_hello_drips_ends_at_the_timeout(tls: Scene) -> None:
    network = world_of(tls).network
    assert tls.client.connect_to_url(tls.world.url) == Error.OK
    tls.poll()
    network.accepted[0].room = 0
    for _ in range(98):
        tls.wait(0.1)
        network.accepted[0].room += 5
    assert tls.told == []
    assert len(network.accepted[0]._peer.inbox) < 10  # it was read as it came
    tls.wait(0.4)

    tls.fails("did not complete TLS within 10 s", stage="tls")


@pytest.mark.hostile("G15")
def test_decrypted_data_is_delivered_without_new_bytes(secure: Scene) -> None:
    """Delivers decrypted messages even if no more bytes arrive.

    Three records are read at once. Their messages take several polls, while the socket has no more data.
    """
    server = secure.open()
    messages = [number.to_bytes(4, "big") for number in range(3 * RECORD // 6)]
    server.send(b"".join(frame(BINARY, message) for message in messages))
    server.step()
    polls = secure.polls
    while len(secure.messages) < len(messages):
        secure.poll()
        assert secure.world.unread == 0
        assert secure.polls - polls < 1000

    assert secure.messages == messages
    assert secure.polls - polls > 3


@pytest.mark.hostile("G15")
def test_frames_in_the_record_of_the_reply_are_delivered(secure: Scene) -> None:
    server = secure.connect()
    server.send(server.agreement(), frame(TEXT, b"a" * 5000), frame(TEXT, b"b"))
    server.step()
    for _ in range(5):
        secure.poll()

    assert secure.told == [("established", ""), ("data", "a" * 5000), ("data", "b")]


@pytest.mark.hostile("G16")
@pytest.mark.parametrize("wire", [b"", frame(TEXT, b"whole")], ids=["idle", "behind-a-message"])
def test_a_bare_end_of_tcp_under_tls_is_unclean(secure: Scene, wire: bytes) -> None:
    server = secure.open()
    server.send(wire)
    server.end_behind()

    secure.closes(None, "without a Close frame", before=[("data", "whole")] if wire else [])


@pytest.mark.hostile("G16")
def test_an_end_within_a_record_is_unclean_and_its_data_is_dropped(secure: Scene) -> None:
    server = secure.open()
    theirs = secure.world.network.accepted[-1]  # type: ignore[attr-defined]  # a world in memory
    theirs.room = 30
    server.send(frame(TEXT, b"x" * 100))
    secure.run()
    theirs.end()
    server.is_gone = True

    secure.closes(None, before=[])


@pytest.mark.hostile("G17")
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", id="G17-HTTP"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="G17-SSH"),
        pytest.param(b"220 mail.example ESMTP\r\n", id="G17-mail"),
        pytest.param(bytes(6) + b"\x04\x00\x00\x00\x00\x00\x00", id="G17-HTTP/2"),
        pytest.param(b"\x82\x05Hello", id="G17-frame"),
    ],
)
@pytest.mark.parametrize("ends", [True, False], ids=["and-hangs-up", "and-stays"])
def test_a_plain_server_behind_wss_is_identified(tls: Scene, answer: bytes, ends: bool) -> None:
    world_of(tls).context = None
    assert tls.client.connect_to_url(tls.world.url) == Error.OK
    tls.run(lambda: tls.servers and tls.server.received)
    tls.server.send(answer)
    if ends:
        tls.server.end_behind()
    tls.run(lambda: tls.is_over)
    world_of(tls).context = GOOD

    tls.fails("try ws:// in place of wss://", stage="tls")


@pytest.mark.hostile("G17")
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param(b"\x15\x03\x01\x00\x02\x02\x46", None, id="G17-alert"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x0a", None, id="G17-alert-of-TLS-1.2"),
        pytest.param(
            b"HTTP/1.1 400 Bad Request\r\n\r\n<html>The plain HTTP request was sent to HTTPS port</html>",
            400,
            id="G17-nginx",
        ),
        pytest.param(
            b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", 400, id="G17-Go"
        ),
    ],
)
def test_a_tls_server_behind_ws_is_identified(scene: Scene, answer: bytes, status: int | None) -> None:
    server = scene.connect()
    server.send(answer)
    server.end_behind()

    scene.fails("try wss:// in place of ws://", status=status)


@pytest.mark.hostile("G17")
def test_a_real_tls_server_behind_ws_ends_the_attempt(tls: Scene) -> None:
    """OpenSSL knows a plain request when it sees one, and hangs up without a word."""
    assert tls.client.connect_to_url(f"ws://{HOST}") == Error.OK
    tls.run(lambda: tls.servers and tls.server.has_ended)
    tls.server.end.end()

    tls.fails("it may want wss:// instead of ws://")
