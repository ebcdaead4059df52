"""The answers of proxies.

The result is a tunnel or a failure of the stage proxy, never an exception, and does not depend on how the answer is
cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.targets.pieces import in_pieces, split_off
from wsclient.protocol.connect_tunnel import ConnectTunnel
from wsclient.protocol.events import Failure, Stage
from wsclient.protocol.socks import Socks4Tunnel, Socks5Tunnel
from wsclient.protocol.tunnel import Target, Tunnelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wsclient.protocol.tunnel import Tunnel

__all__ = ["check_connect", "check_socks"]

_TARGET = Target("game.example", 443)
_CREDENTIALS = ("user", "a-password")
_SOCKS: tuple[Callable[[], Tunnel], ...] = (
    lambda: Socks5Tunnel("proxy:1080", _TARGET),
    lambda: Socks5Tunnel("proxy:1080", _TARGET, credentials=_CREDENTIALS),
    lambda: Socks4Tunnel("proxy:1080", _TARGET),
)


def check_connect(data: bytes) -> int:
    """Reads one answer of an HTTP proxy, after a byte of choices."""
    return _check(lambda: ConnectTunnel("proxy:3128", _TARGET, credentials=_CREDENTIALS), data)


def check_socks(data: bytes) -> int:
    """Reads the answers of a SOCKS proxy, after a byte of choices."""
    (choice,), _ = split_off(data, 1)
    return _check(_SOCKS[(choice >> 3) % len(_SOCKS)], data)


def _check(make: Callable[[], Tunnel], data: bytes) -> int:
    (choice,), answer = split_off(data, 1)
    whole, in_parts = _verdict(make(), [answer]), _verdict(make(), in_pieces(answer, choice))
    assert in_parts == whole, f"{in_parts} in pieces, {whole} at once"
    if isinstance(whole, Failure):
        assert whole.stage is Stage.PROXY
        assert whole.detail.isprintable()
        assert _CREDENTIALS[1] not in whole.detail
    else:
        assert answer.endswith(whole.trailing_data)
    return 1


def _verdict(tunnel: Tunnel, pieces: Iterable[bytes]) -> Tunnelled | Failure:
    verdict: Tunnelled | Failure | None = None
    behind = b""
    for piece in pieces:
        if verdict is None:
            verdict = tunnel.receive_data(piece)
            tunnel.next_message()
        else:
            behind += piece
    if isinstance(verdict, Tunnelled):
        return Tunnelled(verdict.trailing_data + behind)
    return verdict or tunnel.receive_eof()
