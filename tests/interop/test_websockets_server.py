"""Tests the main tasks against the real `websockets` server.

Messages arrive and ends are reported, with and without TLS.
"""

from __future__ import annotations

import json
import ssl
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.support import websockets_server
from tests.support.driving import RecordingClient, drive
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    with websockets_server.running() as port:
        yield f"ws://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def secure(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    certificate = tmp_path_factory.mktemp("tls") / "server.pem"
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with websockets_server.running(certificate) as port:
        yield f"wss://localhost:{port}"


@pytest.fixture(params=["ws", "wss"])
def server(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("plain" if request.param == "ws" else "secure")


@pytest.fixture
def client(authority: trustme.CA) -> Iterator[RecordingClient]:
    with RecordingClient() as client:
        client.trusted_ssl_certificate = authority.cert_pem.bytes().decode()
        yield client


def opened(client: RecordingClient, url: str, **options: object) -> RecordingClient:
    assert client.connect_to_url(url, **options) == Error.OK
    client.drive_until_open()
    return client


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("", id="empty-text"),
        pytest.param(b"", id="empty-binary"),
        pytest.param("Grüße, 世界 🎮", id="text"),
        *(
            pytest.param(bytes(range(256)) * (size // 256) + bytes(size % 256), id=f"{size}-bytes")
            for size in (1, 125, 126)
        ),
        *(
            pytest.param(bytes(range(256)) * (size // 256) + bytes(size % 256), id=f"{size}-bytes")
            for size in (65535, 65536)
        ),
        pytest.param("ß" * (1 << 20), id="2-MiB-text"),
        pytest.param(bytes(1 << 24), id="16-MiB"),
    ],
)
def test_a_message_comes_back_unchanged(server: str, client: RecordingClient, message: str | bytes) -> None:
    opened(client, server)
    mode = client.WRITE_MODE_TEXT if isinstance(message, str) else client.WRITE_MODE_BINARY
    assert client.send(message, mode) == Error.OK
    drive(client, lambda: client.data)
    assert client.data == [message]


@pytest.mark.parametrize("pieces", [2, 7, 1000])
def test_a_message_in_fragments_arrives_whole(server: str, client: RecordingClient, pieces: int) -> None:
    opened(client, f"{server}/fragments?n={pieces}")
    client.send_text("äöü" * 5000)
    client.put_packet(bytes(20_000))
    drive(client, lambda: len(client.data) == 2)
    assert client.data == ["äöü" * 5000, bytes(20_000)]


def test_a_burst_arrives_in_order_and_before_the_end(server: str, client: RecordingClient) -> None:
    opened(client, f"{server}/stream?n=20000")
    client.drive_to_the_end()
    assert client.data == [str(n) if n % 2 else n.to_bytes(4, "big") for n in range(20_000)]
    assert client.told[-2:] == [("close_request", 1000, ""), ("closed", True)]


def test_many_collected_packets_are_sent_together_and_in_order(server: str, client: RecordingClient) -> None:
    opened(client, server)
    client.auto_flush = False
    sent = [b"%d" % number for number in range(3000)]
    assert {client.put_packet(packet) for packet in sent} == {Error.OK}
    assert client.get_current_outbound_buffered_amount() == sum(map(len, sent))
    client.flush()
    drive(client, lambda: len(client.data) == len(sent))
    assert client.data == sent
    assert client.get_current_outbound_buffered_amount() == 0


def test_the_server_chooses_a_subprotocol(server: str, client: RecordingClient) -> None:
    opened(client, server, protocols=["chat.v1", "chat.v2"])
    assert client.told == [("established", "chat.v2")]


def test_no_common_subprotocol_is_an_error_that_says_so(plain: str, client: RecordingClient) -> None:
    assert client.connect_to_url(plain, ["unknown"]) == Error.OK
    client.drive_to_the_end()
    assert client.told == [("error", "handshake")]


def test_headers_credentials_and_path_reach_the_server(server: str, client: RecordingClient) -> None:
    scheme, _, place = server.partition("://")
    opened(client, f"{scheme}://me:p%40ss@{place}/headers?x=1#part", custom_headers={"X-Game": "chess", "X-Empty": ""})
    drive(client, lambda: client.data)
    request = json.loads(str(client.data[0]))
    headers = {name.lower(): value for name, value in request["headers"]}
    assert request["path"] == "/headers?x=1"
    assert (headers["x-game"], headers["x-empty"]) == ("chess", "")
    assert headers["authorization"] == "Basic " + b64encode(b"me:p@ss").decode()
    assert headers["host"] == place


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1001, "going"), (3000, "für dich"), (4999, "x" * 123)])
def test_the_server_closes(server: str, client: RecordingClient, code: int, reason: str) -> None:
    opened(client, f"{server}/close?code={code}&reason={reason}".replace(" ", "+").replace("ü", "%C3%BC"))
    client.put_packet(b"last")
    client.drive_to_the_end()
    assert client.told[1:] == [("data", b"last"), ("close_request", code, reason), ("closed", True)]
    assert (client.close_code, client.close_reason) == (code, reason)
    stage = None if client.last_error is None else client.last_error.stage
    assert stage == (None if code in {1000, 1001} else "close")


@pytest.mark.parametrize(("code", "received"), [(1000, 1000), (3456, 3456), (0, 1005)])
def test_the_client_closes(server: str, client: RecordingClient, code: int, received: int) -> None:
    opened(client, server)
    client.put_packet(b"before")
    drive(client, lambda: client.data)
    client.disconnect_from_host(code, "bye" if code else "")
    assert client.put_packet(b"after") == Error.FAILED
    client.drive_to_the_end()
    assert client.told[1:] == [("data", b"before"), ("closed", True)]
    assert client.close_code == received


def test_a_connection_that_breaks_is_not_clean(server: str, client: RecordingClient) -> None:
    opened(client, f"{server}/drop")
    client.put_packet(b"drop it")
    client.drive_to_the_end()
    assert client.told[1:] == [("closed", False)]
    assert client.close_code == 1006
    assert client.last_error is not None
    assert client.last_error.stage == "open"


def test_one_object_connects_a_hundred_times(plain: str, secure: str, client: RecordingClient) -> None:
    for number in range(100):
        client.told.clear()
        opened(client, secure if number % 10 == 0 else plain)
        client.send_text(f"round {number}")
        drive(client, lambda: client.data)
        client.disconnect_from_host()
        client.drive_to_the_end()
        assert client.told == [("established", ""), ("data", f"round {number}"), ("closed", True)]


def test_a_handler_of_the_end_connects_again(plain: str, client: RecordingClient) -> None:
    again: list[Error] = []
    client.connection_closed.connect(
        lambda _was_clean: again.append(client.connect_to_url(plain)) if not again else None
    )
    opened(client, f"{plain}/close?code=1012")
    client.put_packet(b"x")
    drive(client, lambda: [each[0] for each in client.told].count("established") == 2)
    assert again == [Error.OK]


class TestCertificates:
    def test_an_unknown_authority_is_refused(self, secure: str, client: RecordingClient) -> None:
        client.trusted_ssl_certificate = None
        client.connect_to_url(secure)
        client.drive_to_the_end()
        assert client.told == [("error", "tls")]
        assert client.last_error is not None
        assert client.last_error.error == Error.ERR_UNAUTHORIZED
        assert "certificate verify failed" in client.last_error.message

    def test_a_wrong_name_is_refused(self, secure: str, client: RecordingClient) -> None:
        client.connect_to_url(secure.replace("localhost", "127.0.0.2"))
        client.drive_to_the_end()
        assert client.told == [("error", "tls")] or client.last_error.stage == "connect"

    def test_an_address_in_the_certificate_is_accepted(self, secure: str, client: RecordingClient) -> None:
        opened(client, secure.replace("localhost", "127.0.0.1"))

    @pytest.mark.parametrize("form", ["path", "PEM", "DER", "context"])
    def test_a_trusted_certificate_may_be_passed_as(
        self, form: str, secure: str, client: RecordingClient, authority: trustme.CA, tmp_path: Path
    ) -> None:
        pem = authority.cert_pem.bytes()
        (tmp_path / "ca.pem").write_bytes(pem)
        forms = {
            "path": lambda: str(tmp_path / "ca.pem"),
            "PEM": pem.decode,
            "DER": lambda: ssl.PEM_cert_to_DER_cert(pem.decode()),
            "context": lambda: ssl.create_default_context(cadata=pem.decode()),
        }
        client.trusted_ssl_certificate = forms[form]()
        opened(client, secure)

    def test_without_verification_any_server_is_trusted_and_that_is_logged(
        self, secure: str, client: RecordingClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        client.trusted_ssl_certificate = None
        client.verify_ssl = False
        opened(client, secure)
        assert [record.levelname for record in caplog.records if "verif" in record.message.lower()] == ["WARNING"]
