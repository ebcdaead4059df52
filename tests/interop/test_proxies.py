"""Tests real proxies between the client and a real server.

It also tests load balancers and web servers that redirect and set cookies.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.support import websockets_server
from tests.support.driving import RecordingClient, drive
from tests.support.ports import free_port
from tests.support.proxies import PASSWORD, PROXIES, USER, caddy, haproxy, nginx, tinyproxy, with_tls
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

each_way = pytest.mark.parametrize(
    ("product", "scheme"), [(name, scheme) for name, (_, schemes) in PROXIES.items() for scheme in schemes]
)
each_way_and_password = pytest.mark.parametrize(
    ("product", "scheme", "has_password"),
    [
        pytest.param(name, scheme, has_password, id=f"{name}-{scheme}-{'password' if has_password else 'open'}")
        for name, (_, schemes) in PROXIES.items()
        for scheme in schemes
        for has_password in ((False,) if name == "danted" else (False, True))  # danted has the users of the system
    ],
)
each_url = pytest.mark.parametrize("secure", [False, True], ids=["ws", "wss"])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def plain() -> Iterator[int]:
    with websockets_server.running() as port:
        yield port


@pytest.fixture(scope="module")
def encrypted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    certificate = tmp_path_factory.mktemp("tls") / "server.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with websockets_server.running(certificate) as port:
        yield port


@pytest.fixture(scope="module")
def proxies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, bool], int]]:
    """Starts each proxy once, when it is first asked for."""
    ports: dict[tuple[str, bool], int] = {}
    with ExitStack() as running:

        def start(product: str, has_password: bool) -> int:
            if (product, has_password) not in ports:
                folder = tmp_path_factory.mktemp(product)
                proxy = PROXIES[product][0](folder, has_password=has_password)
                ports[product, has_password] = running.enter_context(proxy)  # type: ignore[arg-type]
            return ports[product, has_password]

        yield start


@pytest.fixture
def client(authority: trustme.CA) -> Iterator[RecordingClient]:
    with RecordingClient() as client:
        client.trusted_ssl_certificate = authority.cert_pem.bytes().decode()
        yield client


def ended(client: RecordingClient, url: str) -> str:
    """Connects, and returns the message of the failure."""
    assert client.connect_to_url(url) == Error.OK
    drive(client, lambda: client.is_over)
    assert client.last_error is not None
    assert PASSWORD not in repr(client.last_error)
    return f"{client.last_error.stage}: {client.last_error!r}"


@each_way_and_password
@each_url
def test_messages_go_through(
    product: str,
    scheme: str,
    secure: bool,
    has_password: bool,
    proxies: Callable[[str, bool], int],
    plain: int,
    encrypted: int,
    client: RecordingClient,
) -> None:
    port = proxies(product, has_password)
    client.proxy = f"{scheme}://{f'{USER}:{PASSWORD}@' if has_password else ''}127.0.0.1:{port}"
    client.connect_to_url(f"wss://localhost:{encrypted}" if secure else f"ws://127.0.0.1:{plain}")
    client.drive_until_open()
    assert client.get_connected_port() == port
    client.send_text("a" * 100_000)
    drive(client, lambda: client.data)

    assert client.data == ["a" * 100_000]


@each_url
@pytest.mark.parametrize("has_password", [False, True], ids=["open", "password"])
def test_messages_go_through_a_proxy_over_tls(
    secure: bool,
    has_password: bool,
    authority: trustme.CA,
    tmp_path: Path,
    plain: int,
    encrypted: int,
    client: RecordingClient,
) -> None:
    certificate = tmp_path / "proxy.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with tinyproxy(tmp_path, has_password=has_password) as inner, with_tls(tmp_path, certificate, inner) as port:
        client.proxy = f"https://{f'{USER}:{PASSWORD}@' if has_password else ''}localhost:{port}"
        client.connect_to_url(f"wss://localhost:{encrypted}" if secure else f"ws://127.0.0.1:{plain}")
        client.drive_until_open()
        client.send_text("a" * 1_000_000)
        drive(client, lambda: client.data)
        client.disconnect_from_host()
        drive(client, lambda: client.is_over)

    assert client.data == ["a" * 1_000_000]
    assert client.told[-1] == ("closed", True)


def test_the_certificate_of_a_proxy_with_tls_is_verified(
    authority: trustme.CA, tmp_path: Path, plain: int, client: RecordingClient
) -> None:
    certificate = tmp_path / "proxy.pem"
    authority.issue_cert("elsewhere.example").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with tinyproxy(tmp_path) as inner, with_tls(tmp_path, certificate, inner) as port:
        client.proxy = f"https://localhost:{port}"
        message = ended(client, f"ws://127.0.0.1:{plain}")

    assert message.startswith("proxy: ")
    assert "certificate verify failed" in message


# pproxy admits every client from an address that has once sent the password.
@pytest.mark.parametrize(("product", "scheme"), [("tinyproxy", "http"), ("squid", "http"), ("microsocks", "socks5h")])
@pytest.mark.parametrize("given", ["", f"{USER}:wrong@"], ids=["none", "wrong"])
def test_a_missing_or_wrong_password_is_reported(
    product: str, scheme: str, given: str, proxies: Callable[[str, bool], int], plain: int, client: RecordingClient
) -> None:
    client.proxy = f"{scheme}://{given}127.0.0.1:{proxies(product, True)}"
    message = ended(client, f"ws://127.0.0.1:{plain}")

    assert message.startswith("proxy: ")
    assert "user name and password" in message
    assert "wrong" not in message.replace("wrong.", "")


@each_way
def test_a_server_that_is_not_there_is_the_proxys_to_tell(
    product: str, scheme: str, proxies: Callable[[str, bool], int], plain: int, client: RecordingClient
) -> None:
    port = proxies(product, False)
    client.proxy = f"{scheme}://127.0.0.1:{port}"
    nobody = free_port()
    message = ended(client, f"ws://127.0.0.1:{nobody}")

    assert message.startswith("proxy: ")
    assert f"127.0.0.1:{nobody}" in message
    client.proxy = ""
    client.told.clear()
    client.connect_to_url(f"ws://127.0.0.1:{plain}")  # the object is as good as new
    client.drive_until_open()


@pytest.mark.parametrize(
    ("product", "scheme", "words"),
    [
        ("microsocks", "http", "speaks SOCKS"),
        ("microsocks", "https", "TLS"),
        ("tinyproxy", "socks5h", "It may not be a proxy of that kind"),  # it waits for the end of a line
        ("tinyproxy", "https", "it may not speak TLS there"),
    ],
)
def test_a_wrong_scheme_is_reported(
    product: str, scheme: str, words: str, proxies: Callable[[str, bool], int], plain: int, client: RecordingClient
) -> None:
    client.proxy = f"{scheme}://127.0.0.1:{proxies(product, False)}"
    client.handshake_timeout = 1.0
    message = ended(client, f"ws://127.0.0.1:{plain}")

    assert message.startswith("proxy: ")
    assert words in message


# Load balancers and redirects


def test_cookies_bring_a_client_back_to_the_same_server(tmp_path: Path, plain: int, client: RecordingClient) -> None:
    with websockets_server.running() as second, haproxy(tmp_path, plain, second) as port:

        def server() -> str:
            client.told.clear()
            client.connect_to_url(f"ws://127.0.0.1:{port}")
            client.drive_until_open()
            client.disconnect_from_host()
            drive(client, lambda: client.is_over)
            return dict(client.get_response_headers())["x-server"]

        strangers = {server() for _ in range(4)}
        client.keep_cookies = True
        same = {server() for _ in range(4)}

    assert len(strangers) == 2
    assert len(same) == 1
    assert set(client.get_cookies().values()) == same


@pytest.mark.parametrize("path", ["/old", "/dir"])
def test_a_redirect_of_nginx_is_followed(path: str, tmp_path: Path, plain: int, client: RecordingClient) -> None:
    with nginx(tmp_path, plain) as port:
        client.max_redirects = 2
        client.connect_to_url(f"ws://127.0.0.1:{port}{path}")
        drive(client, lambda: client.told)

    # What nginx adds on its own is an address without the port that it was asked for, unless it listens on it.
    assert client.told[0][0] == "established", client.last_error


def test_a_loop_of_nginx_ends(tmp_path: Path, plain: int, client: RecordingClient) -> None:
    with nginx(tmp_path, plain) as port:
        client.max_redirects = 5
        message = ended(client, f"ws://127.0.0.1:{port}/loop")

    assert message.startswith("handshake: ")
    assert "redirects in a circle" in message


def test_a_redirect_of_caddy_is_followed(tmp_path: Path, plain: int, client: RecordingClient) -> None:
    with caddy(tmp_path, plain) as port:
        client.max_redirects = 1
        client.connect_to_url(f"ws://127.0.0.1:{port}/old")
        client.drive_until_open()
