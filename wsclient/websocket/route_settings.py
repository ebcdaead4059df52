"""What may be set on a `WebSocketClient` of its way to the server. Each has a default that needs no thought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wsclient.ground.error import Error
from wsclient.protocol.arguments import check_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wsclient.protocol.proxy import Proxy
    from wsclient.transport.base import Settings
    from wsclient.websocket.link import Link

__all__ = ["RouteSettings"]


class RouteSettings:
    """The settings of the way to the server: proxies."""

    _settings: Settings
    _link: Link
    _proxy_text: str | None = None

    @property
    def proxy(self) -> str | None:
        """The proxy to connect through; None (the default): that of the environment; "": none, whatever it says.

        "http://user:password@host:port" (HTTP CONNECT), "https://..." (the same over TLS), "socks5://..." (this
        computer looks up the server's name), "socks5h://..." (the proxy does), or "socks4a://...". A user and password
        are optional; to an http:// proxy they travel so that anybody on the way can read them.

        The environment means `http_proxy` and its like, and the settings of Windows and macOS. Servers on this
        computer are never connected to through a proxy of the environment, nor are those that `no_proxy` lists.

        Set it while disconnected: otherwise it is refused, see `last_error`, and keeps its value. What `repr()` and
        messages show of a proxy has no password. Not in Godot.

        Raises:
            ValueError: another scheme, or a user or password that cannot be sent.
            TypeError: it is neither None nor a str.
        """
        return self._proxy_text

    @proxy.setter
    def proxy(self, address: str | None) -> None:
        parsed = _proxy(address)
        if self._link.transport is not None:
            self._link.refuse(Error.ERR_ALREADY_IN_USE, "proxy can be set while disconnected only")
            return
        self._settings.proxy = parsed
        self._proxy_text = address

    @property
    def proxy_headers(self) -> tuple[tuple[str, str], ...]:
        """More headers for an HTTP proxy; the server does not see them. Default ().

        Set it to `"Name: value"` strings or a mapping. Not in Godot.

        Raises:
            ValueError: a header cannot be sent.
            TypeError: something in it is no str.
        """
        return self._settings.proxy_headers

    @proxy_headers.setter
    def proxy_headers(self, headers: Iterable[str] | Mapping[str, str]) -> None:
        self._settings.proxy_headers = check_headers(headers)


def _proxy(address: str | None) -> Proxy | Literal[""] | None:
    if address is None:
        return None
    if address == "":
        return ""
    from wsclient.protocol.proxy import Proxy  # noqa: PLC0415 - milliseconds, for those who have one

    return Proxy.parse(address)
