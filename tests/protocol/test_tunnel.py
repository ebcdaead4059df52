"""Tests what all ways through a proxy have in common."""

from __future__ import annotations

import pytest

from wsclient.protocol.connect_tunnel import ConnectTunnel
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.socks import Socks4Tunnel, Socks5Tunnel
from wsclient.protocol.tunnel import Target, Tunnel

TARGET = Target("game.example", 9000)
TUNNELS = {
    "connect": lambda: ConnectTunnel("proxy.example:3128", TARGET),
    "socks5": lambda: Socks5Tunnel("proxy.example:3128", TARGET),
    "socks4a": lambda: Socks4Tunnel("proxy.example:3128", TARGET),
}
each_tunnel = pytest.mark.parametrize("tunnel", [make() for make in TUNNELS.values()], ids=TUNNELS)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        pytest.param("game.example", "game.example:80", id="name"),
        pytest.param("127.0.0.1", "127.0.0.1:80", id="ipv4"),
        pytest.param("::1", "[::1]:80", id="ipv6"),
        pytest.param("fe80::1%eth0", "[fe80::1]:80", id="zone"),
    ],
)
def test_a_target_is_written_with_its_port(host: str, shown: str) -> None:
    assert str(Target(host, 80)) == shown


@each_tunnel
def test_a_message_is_returned_once(tunnel: Tunnel) -> None:
    assert tunnel.next_message()
    assert tunnel.next_message() == b""


def failures(tunnel: Tunnel) -> list[Failure]:
    return [tunnel.receive_eof(), tunnel.fail_behind_yes(), tunnel.fail_too_late(10.0)]


@each_tunnel
def test_every_failure_names_the_proxy_and_what_to_try(tunnel: Tunnel) -> None:
    for failure in failures(tunnel):
        assert failure.stage is Stage.PROXY
        assert failure.detail.startswith("the proxy proxy.example:3128 ")
        assert failure.hint.endswith(".")


@each_tunnel
def test_each_end_has_its_own_words(tunnel: Tunnel) -> None:
    words = [failure.detail.removeprefix("the proxy proxy.example:3128 ") for failure in failures(tunnel)]

    assert words == [
        "closed without an answer",
        "said yes to game.example:9000, and ended the connection",
        "accepted the connection and did not answer within 10 s",
    ]
    assert tunnel.fail_too_late(10.0).kind is FailureKind.TIMEOUT
