"""Parses the addresses of proxies.

Examples are "http://user:password@proxy.example:3128" and "socks5h://localhost:1080".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.ground.escape import escape
from wsclient.ground.value import Value
from wsclient.protocol.connect_tunnel import ConnectTunnel
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.socks import Socks4Tunnel, Socks5Tunnel, check_credentials
from wsclient.protocol.url import URL

if TYPE_CHECKING:
    from wsclient.protocol.fields import Headers
    from wsclient.protocol.tunnel import Target, Tunnel

__all__ = ["Proxy"]

_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4a": 1080}


class Proxy(Value):
    """A proxy, and the credentials for it. Create one with `Proxy.parse`.

    Attributes:
        scheme: "http", "https", "socks5", "socks5h" or "socks4a".
        host: as in a `URL`.
        port: 1-65535.
        username: None if there is none.
        password: "" if there is only a user name; None if there is neither.
    """

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = None

    @classmethod
    def parse(cls, text: str) -> Proxy:
        """Parses an address. The scheme is http if it has none.

        Raises:
            TypeError: it is not a str.
            InvalidArgument: it cannot be used; the message names the part that is wrong, but no password.
        """
        if not isinstance(text, str):
            raise TypeError(f"a proxy must be a str, not {type(text).__name__}")
        scheme, separator, rest = text.partition("://")
        scheme, rest = (scheme.lower(), rest) if separator else ("http", text)
        if scheme not in _DEFAULT_PORTS:
            known = ", ".join(f"{each}://" for each in _DEFAULT_PORTS)
            raise InvalidArgument(f"{escape(scheme, 20)}:// is no scheme of a proxy: use one of {known}")
        url = URL.parse(f"ws://{rest}", default_port=_DEFAULT_PORTS[scheme])
        made = cls(scheme, url.host, url.port, url.username, url.password)
        made._check_credentials()
        return made

    @property
    def is_secure(self) -> bool:
        """Returns True if TLS is spoken to the proxy itself."""
        return self.scheme == "https"

    @property
    def resolves(self) -> bool:
        """Returns True if the proxy looks up the server's name.

        Returns False if it needs an address.
        """
        return self.scheme != "socks5"

    @property
    def place(self) -> str:
        """Returns the host and port, for messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def tunnel_to(self, target: Target, headers: Headers = ()) -> Tunnel:
        """Returns a new attempt to get through this proxy.

        Args:
            target: the address that the proxy connects to.
            headers: for the CONNECT of an HTTP proxy, as `check_headers` returns them.

        Raises:
            InvalidArgument: this kind of proxy cannot connect to this target.
        """
        credentials = None if self.username is None else (self.username, self.password or "")
        if self.scheme in ("http", "https"):
            return ConnectTunnel(self.place, target, credentials=credentials, headers=headers)
        if self.scheme == "socks4a":
            return Socks4Tunnel(self.place, target, username=self.username or "")
        return Socks5Tunnel(self.place, target, credentials=credentials)

    def __str__(self) -> str:
        """Returns the address for logs, without user and password."""
        return f"{self.scheme}://{self.place}"

    def __repr__(self) -> str:
        return f"<Proxy {self}>"

    def _check_credentials(self) -> None:
        if self.username is not None and self.scheme.startswith("socks5"):
            check_credentials(self.username, self.password or "")
        if self.password and self.scheme == "socks4a":
            raise InvalidArgument("a socks4a proxy takes no password")
