"""Runs real proxies and web servers on ports of this machine.

Each runs as long as a `with` statement.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tests.support.ports import free_port
from tests.support.programs import require_module, require_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["PROXIES", "caddy", "danted", "haproxy", "microsocks", "nginx", "pproxy", "squid", "tinyproxy", "with_tls"]

USER, PASSWORD = "me", "p4ss"
# pproxy asks for the event loop of the main thread, which newer Pythons, and uvloop, do not make by themselves.
_PPROXY = """
import asyncio, sys
sys.modules["uvloop"] = None
asyncio.set_event_loop(asyncio.new_event_loop())
from pproxy.server import main
main()
"""
_SQUID_USERS = "/usr/lib/squid/basic_ncsa_auth"
_PATIENCE = 20.0  # seconds; a program that needs more does not start


@contextmanager
def tinyproxy(folder: Path, *, has_password: bool = False) -> Iterator[int]:
    """Runs an HTTP CONNECT proxy. Yields its port."""
    port = free_port()
    lines = [f"Port {port}", "Listen 127.0.0.1", "Allow 127.0.0.1", "Timeout 60", "LogLevel Error", "MaxClients 20"]
    config = _written(folder / "tinyproxy.conf", [*lines, *([f"BasicAuth {USER} {PASSWORD}"] if has_password else [])])
    with _running([require_program("tinyproxy"), "-d", "-c", config], port):
        yield port


@contextmanager
def microsocks(_folder: Path, *, has_password: bool = False) -> Iterator[int]:
    """Runs a SOCKS5 proxy. Yields its port."""
    port = free_port()
    command = [require_program("microsocks"), "-i", "127.0.0.1", "-p", str(port)]
    with _running([*command, *(["-u", USER, "-P", PASSWORD] if has_password else [])], port):
        yield port


@contextmanager
def pproxy(_folder: Path, *, has_password: bool = False) -> Iterator[int]:
    """Runs HTTP CONNECT and SOCKS5 on one port. Yields the port."""
    require_module("pproxy")
    port = free_port()
    address = f"http+socks5://127.0.0.1:{port}{f'#{USER}:{PASSWORD}' if has_password else ''}"

    with _running([sys.executable, "-c", _PPROXY, "-l", address], port):
        yield port


@contextmanager
def squid(folder: Path, *, has_password: bool = False) -> Iterator[int]:
    """Runs an HTTP CONNECT proxy to any port. Yields its port."""
    port = free_port()
    users = Path(mkdtemp())  # squid reads it as a user of its own, to whom the folders of a test are closed
    users.chmod(0o755)
    config = _written(
        folder / "squid.conf",
        [
            f"http_port 127.0.0.1:{port}",
            f"pid_filename {folder}/squid.pid",
            "cache deny all",
            "access_log none",
            "cache_log /dev/null",
            "shutdown_lifetime 0 seconds",
            f"auth_param basic program {_SQUID_USERS} {users}/users" if has_password else "",
            "acl known proxy_auth REQUIRED" if has_password else "",
            "http_access allow known" if has_password else "http_access allow all",
            "http_access deny all",
        ],
    )
    _written(users / "users", [f"{USER}:{_hashed(PASSWORD)}" if has_password else ""])
    try:
        with _running([require_program("squid"), "-N", "-n", f"test{port}", "-f", config], port):
            yield port
    finally:
        shutil.rmtree(users)


@contextmanager
def danted(folder: Path, *, has_password: bool = False) -> Iterator[int]:
    """Runs a SOCKS5 proxy without a password. Yields its port."""
    assert not has_password
    port = free_port()
    config = _written(
        folder / "danted.conf",
        [
            "logoutput: /dev/null",
            f"internal: 127.0.0.1 port = {port}",
            "external: lo",
            "clientmethod: none",
            "socksmethod: none",
            "client pass { from: 0/0 to: 0/0 }",
            "socks pass { from: 0/0 to: 0/0 }",
        ],
    )
    with _running([require_program("danted"), "-f", config, "-p", f"{folder}/danted.pid"], port):
        yield port


@contextmanager
def with_tls(folder: Path, certificate: Path, proxy: int) -> Iterator[int]:
    """Runs HAProxy with TLS in front of a proxy. Yields its port."""
    port = free_port()
    config = _written(
        folder / "haproxy.cfg",
        [
            "defaults",
            " mode tcp",
            " timeout connect 5s",
            " timeout client 60s",
            " timeout server 60s",
            "listen proxy",
            f" bind 127.0.0.1:{port} ssl crt {certificate}",
            f" server proxy 127.0.0.1:{proxy}",
        ],
    )
    with _running([require_program("haproxy"), "-f", config, "-db"], port):
        yield port


PROXIES: dict[str, tuple[Callable[..., object], Sequence[str]]] = {
    "tinyproxy": (tinyproxy, ("http",)),
    "microsocks": (microsocks, ("socks5", "socks5h")),
    "pproxy": (pproxy, ("http", "socks5", "socks5h")),
    "squid": (squid, ("http",)),
    "danted": (danted, ("socks5", "socks5h")),
}
"""Lists how each is started, and the schemes that it speaks."""


@contextmanager
def haproxy(folder: Path, *servers: int) -> Iterator[int]:
    """Sends each client to one of several servers. Yields the port.

    A cookie brings the client back to the same server.
    """
    port = free_port()
    config = _written(
        folder / "haproxy.cfg",
        [
            "defaults",
            " mode http",
            " timeout connect 5s",
            " timeout client 60s",
            " timeout server 60s",
            "frontend game",
            f" bind 127.0.0.1:{port}",
            " default_backend games",
            "backend games",
            " balance roundrobin",
            " cookie SRV insert indirect nocache",
            " http-response set-header X-Server %s",
            *(f" server s{server} 127.0.0.1:{server} cookie s{server}" for server in servers),
        ],
    )
    with _running([require_program("haproxy"), "-f", config, "-db"], port):
        yield port


@contextmanager
def nginx(folder: Path, server: int) -> Iterator[int]:
    """Redirects /old to /dir/, and adds missing slashes. Yields its port."""
    port = free_port()
    config = _written(
        folder / "nginx.conf",
        [
            f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}",
            f"http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};",
            f"fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};",
            f"server {{ listen 127.0.0.1:{port};",
            " location = /old { return 302 /dir/; }",
            " location = /loop { return 302 /loop; }",
            f" location /dir/ {{ proxy_pass http://127.0.0.1:{server}/; proxy_http_version 1.1;",
            '  proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; } } }',
        ],
    )
    with _running([require_program("nginx"), "-c", config, "-e", f"{folder}/error.log"], port):
        yield port


@contextmanager
def caddy(folder: Path, server: int) -> Iterator[int]:
    """Redirects /old to /new with a relative address. Yields its port."""
    port = free_port()
    config = _written(
        folder / "Caddyfile",
        [
            "{\n admin off\n auto_https off\n}",
            f"http://127.0.0.1:{port} {{\n redir /old /new 301\n reverse_proxy 127.0.0.1:{server}\n}}",
        ],
    )
    command = [require_program("caddy"), "run", "--config", config, "--adapter", "caddyfile"]
    with _running(command, port, XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder), HOME=str(folder)):
        yield port


def _hashed(password: str) -> str:
    """As the file of users of Apache and squid has it."""
    command = [require_program("openssl"), "passwd", "-apr1", password]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _written(path: Path, lines: list[str]) -> str:
    path.write_text("\n".join([*lines, ""]))
    return str(path)


@contextmanager
def _running(command: list[str], port: int, **variables: str) -> Iterator[None]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **variables}
    )
    try:
        _wait_for(process, port)
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            assert process.poll() is None, f"{process.args!r} has ended"
            assert time.monotonic() < end, f"{process.args!r} does not listen"
            time.sleep(0.02)  # another process starts, and says nothing of it
        else:
            return
