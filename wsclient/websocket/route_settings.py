"""The settings for a client's way to its server, and for its request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wsclient.ground.error import Error
from wsclient.protocol.arguments import check_headers
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.url import URL
from wsclient.transport.clock import wall_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wsclient.protocol.cookies import Cookies
    from wsclient.protocol.fields import Headers
    from wsclient.protocol.proxy import Proxy
    from wsclient.transport.base import Settings
    from wsclient.websocket.link import Link

__all__ = ["RouteSettings"]


class RouteSettings:
    """The settings for proxies, addresses, the request, redirects and cookies."""

    _settings: Settings
    _link: Link
    _proxy_text: str | None = None
    _cookies: Cookies | None = None

    # Proxies, addresses and names

    @property
    def proxy(self) -> str | None:
        """The proxy to connect through; None (the default) to ask the environment.

        "" stands for no proxy at all.

        It may be "http://user:password@host:port" (HTTP CONNECT), "https://..." (the same over TLS), "socks5://..."
        (this computer looks up the server's name), "socks5h://..." (the proxy looks it up), or "socks4a://...". A user
        and password are optional. They are sent to an http:// proxy unencrypted.

        The environment means `http_proxy` and similar variables, and the settings of Windows and macOS. Connections to
        servers on this computer, and to those in `no_proxy`, never use a proxy of the environment.

        Set it while disconnected. If not, the new value is refused (see `last_error`). `repr()` and messages show a
        proxy without its password. Not in Godot.

        Raises:
            ValueError: it has another scheme, or a user or password that cannot be sent.
            TypeError: it is neither None nor a str.
        """
        return self._proxy_text

    @proxy.setter
    def proxy(self, address: str | None) -> None:
        parsed = _proxy(address)
        if self._link.transport is not None:
            self._link.refuse(Error.ERR_ALREADY_IN_USE, "the proxy can be set while disconnected only")
            return
        self._settings.proxy = parsed
        self._proxy_text = address

    @property
    def proxy_headers(self) -> tuple[str, ...]:
        """More headers for an HTTP proxy, which the server never receives; default ().

        Not in Godot.

        Set it to a list of `"Name: value"` strings, or to a mapping.

        Raises:
            ValueError: a header cannot be sent.
            TypeError: something in it is not a str.
        """
        return _lines(self._settings.proxy_headers)

    @proxy_headers.setter
    def proxy_headers(self, headers: Iterable[str] | Mapping[str, str]) -> None:
        self._settings.proxy_headers = check_headers(headers)

    @property
    def local_address(self) -> str:
        """The numeric address to connect from; "" (the default) for any.

        The system then chooses one. Not in Godot.

        It applies from the next attempt on, which ignores addresses of other families.

        Raises:
            ValueError: it is not a numeric address.
        """
        return self._settings.local_address

    @local_address.setter
    def local_address(self, address: str) -> None:
        if address:
            from ipaddress import ip_address  # noqa: PLC0415 - a millisecond, for the few who set it

            ip_address(_text("local_address", address))
        self._settings.local_address = _text("local_address", address)

    @property
    def address_family(self) -> str:
        """The addresses to connect to: "any" (the default), "ipv4" or "ipv6".

        Not in Godot.

        It applies from the next attempt on.

        Raises:
            ValueError: it is another word.
        """
        return self._settings.address_family

    @address_family.setter
    def address_family(self, family: str) -> None:
        if family not in ("any", "ipv4", "ipv6"):
            raise ValueError(f'address_family takes "any", "ipv4" or "ipv6", not {family!r}')
        self._settings.address_family = family

    @property
    def tls_server_name(self) -> str:
        """The name that the certificate must have; "" (the default) for the URL's host.

        It is useful for a URL with an IP address, for instance. It applies from the next attempt on, but not to
        redirects to another host. Not in Godot.

        Raises:
            ValueError: it is not a host name.
        """
        return self._settings.tls_server_name

    @tls_server_name.setter
    def tls_server_name(self, name: str) -> None:
        self._settings.tls_server_name = _host(_text("tls_server_name", name)) if name != "" else ""

    # The request

    @property
    def handshake_headers(self) -> tuple[str, ...]:
        """Headers that are added to each request; default ().

        They are sent in addition to the `custom_headers` of `connect_to_url`.

        Set it to a list of `"Name: value"` strings, or to a mapping. It can be set at any time: each attempt uses the
        value at its start, so that expiring tokens can be renewed. If both have the same name, the value in here is
        used. Godot 4's name.

        Raises:
            ValueError: a header cannot be sent.
            TypeError: something in it is not a str.
        """
        return _lines(self._settings.handshake_headers)

    @handshake_headers.setter
    def handshake_headers(self, headers: Iterable[str] | Mapping[str, str]) -> None:
        self._settings.handshake_headers = check_headers(headers)

    @property
    def subprotocol_required(self) -> bool:
        """True (the default) if a server must choose a requested subprotocol.

        Not in Godot.

        If False, a server may choose none, and `connection_established` then has "".
        """
        return self._settings.subprotocol_required

    @subprotocol_required.setter
    def subprotocol_required(self, required: bool) -> None:
        self._settings.subprotocol_required = bool(required)

    # Redirects and cookies

    @property
    def max_redirects(self) -> int:
        """The number of redirects that one attempt follows; 0 by default.

        With 0, a redirect fails, and its target is in `last_error`.

        Redirects lead from wss only to wss, and never from the public network into a private one. Headers that may be
        secrets, such as Authorization, are not sent to another host. Not in Godot.

        Raises:
            ValueError: it is negative.
        """
        return self._settings.max_redirects

    @max_redirects.setter
    def max_redirects(self, count: int) -> None:
        if isinstance(count, bool) or not isinstance(count, int):
            raise TypeError(f"max_redirects takes a number, not {count!r}")
        if count < 0:
            raise ValueError(f"max_redirects takes a number from 0 on, not {count}")
        self._settings.max_redirects = count

    @property
    def keep_cookies(self) -> bool:
        """True to keep the cookies of servers for later requests; False by default.

        Each cookie is sent only to the host that set it. A `Cookie` among the headers wins. This is useful with load
        balancers that send a client to the same server again. Not in Godot.
        """
        return self._settings.cookies is not None

    @keep_cookies.setter
    def keep_cookies(self, enabled: bool) -> None:
        if not enabled:
            self._settings.cookies = None
            return
        if self._cookies is None:
            from wsclient.protocol.cookies import Cookies  # noqa: PLC0415 - for those who keep some

            self._cookies = Cookies()
        self._settings.cookies = self._cookies

    def get_cookies(self) -> dict[str, str]:
        """Returns the kept cookies of all hosts, as names and values. Not in Godot."""
        return {} if self._cookies is None else self._cookies.as_dict(wall_clock())

    def clear_cookies(self) -> None:
        """Removes all cookies. Not in Godot."""
        if self._cookies is not None:
            self._cookies.clear()

    def get_response_headers(self) -> list[tuple[str, str]]:
        """Returns the headers of the reply that opened the connection, in order.

        Returns [] before the reply. Not in Godot.

        They are kept until the next `connect_to_url`. Those of a refusal are in `last_error.http_headers`.
        """
        return list(self._link.response_headers)


def _lines(headers: Headers) -> tuple[str, ...]:
    return tuple(f"{name}: {value}" for name, value in headers)


def _text(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} takes a str, not {value!r}")
    return value


def _host(name: str) -> str:
    url = URL.parse(f"wss://{name}", default_port=1)
    if (url.port, url.resource_name, url.username) != (1, "/", None):
        raise InvalidArgument("tls_server_name takes a host name alone")
    return url.host


def _proxy(address: str | None) -> Proxy | Literal[""] | None:
    if address is None:
        return None
    if address == "":
        return ""
    from wsclient.protocol.proxy import Proxy  # noqa: PLC0415 - milliseconds, for those who have one

    return Proxy.parse(address)
