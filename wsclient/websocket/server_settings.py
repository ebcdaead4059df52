"""The settings of a `WebSocketServer`: Godot's and our own."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeAlias

from wsclient.ground.error import Error
from wsclient.protocol.arguments import check_headers
from wsclient.websocket.served_client import Totals
from wsclient.websocket.settings import WebSocketSettings, check_seconds

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence
    from ssl import SSLContext

    from wsclient.protocol.fields import Headers

__all__ = ["WebSocketServerSettings"]

_MEMORY_LIMIT = 256 * 1024 * 1024

Pem: TypeAlias = "str | bytes | os.PathLike[str] | None"


class WebSocketServerSettings(WebSocketSettings):
    """The settings of a server: address, TLS, and admission."""

    if TYPE_CHECKING:

        def is_listening(self) -> bool: ...  # noqa: D102 - the server's
        def _accept_again(self) -> None: ...
        def _refuse(
            self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = ""
        ) -> Error: ...

    def _set_defaults(self) -> None:
        self._settings.handshake_timeout = 3.0  # Godot 3.6's
        self._bind_ip = "*"
        self._tls: tuple[Pem, Pem | SSLContext, Pem] = (None, None, None)  # key, certificate, chain
        self._extra_headers: Headers = ()
        self._limits = {"max_clients": 1024, "max_pending": 128, "max_clients_per_address": 0}
        self._totals = Totals(_MEMORY_LIMIT)
        self._stall_timeout = 30.0
        self._allowed_origins: frozenset[str] | None = None

    # Address

    @property
    def bind_ip(self) -> str:
        """The numeric address to listen at; "*" (the default) for all.

        Other values, and changes while listening, are refused and logged.
        """
        return self._bind_ip

    @bind_ip.setter
    def bind_ip(self, address: str) -> None:
        if self.is_listening():
            self._refuse(Error.ERR_ALREADY_IN_USE, "bind_ip can be set while not listening only")
        elif address != "*" and not _is_numeric(address):
            self._refuse(Error.ERR_INVALID_PARAMETER, f'bind_ip takes a numeric address or "*", not {address!r}')
        else:
            self._bind_ip = address

    def set_bind_ip(self, bind_ip: str) -> None:
        """Sets `bind_ip`."""
        self.bind_ip = bind_ip

    def get_bind_ip(self) -> str:
        """Returns `bind_ip`."""
        return self.bind_ip

    # TLS

    @property
    def private_key(self) -> Pem:
        """The private key of `ssl_certificate`; None (the default) for none.

        It is a path to a PEM file, or PEM text or bytes.
        """
        return self._tls[0]

    @private_key.setter
    def private_key(self, key: Pem) -> None:
        self._tls = (key, *self._tls[1:])

    def set_private_key(self, key: Pem) -> None:
        """Sets `private_key`."""
        self.private_key = key

    def get_private_key(self) -> Pem:
        """Returns `private_key`."""
        return self.private_key

    @property
    def ssl_certificate(self) -> Pem | SSLContext:
        """The certificate of this server; None (the default) for no TLS.

        It is a path to a PEM file, or PEM text or bytes, and needs a `private_key`; or it is an `ssl.SSLContext` for a
        server, which needs no key. It applies from the next `listen` on.
        """
        return self._tls[1]

    @ssl_certificate.setter
    def ssl_certificate(self, certificate: Pem | SSLContext) -> None:
        self._tls = (self._tls[0], certificate, self._tls[2])

    def set_ssl_certificate(self, certificate: Pem | SSLContext) -> None:
        """Sets `ssl_certificate`."""
        self.ssl_certificate = certificate

    def get_ssl_certificate(self) -> Pem | SSLContext:
        """Returns `ssl_certificate`."""
        return self.ssl_certificate

    @property
    def ca_chain(self) -> Pem:
        """The intermediate certificates; None (the default) for none.

        They have the same forms as `private_key`.
        """
        return self._tls[2]

    @ca_chain.setter
    def ca_chain(self, chain: Pem) -> None:
        self._tls = (*self._tls[:2], chain)

    def set_ca_chain(self, chain: Pem) -> None:
        """Sets `ca_chain`."""
        self.ca_chain = chain

    def get_ca_chain(self) -> Pem:
        """Returns `ca_chain`."""
        return self.ca_chain

    # Handshakes

    def set_handshake_timeout(self, timeout: float) -> None:
        """Sets `handshake_timeout` in seconds; default 3.0, 0 for no limit.

        It is the time from TCP to a request and its answer.
        """
        self.handshake_timeout = timeout

    def get_handshake_timeout(self) -> float:
        """Returns `handshake_timeout`."""
        return self.handshake_timeout

    def set_extra_headers(self, headers: Iterable[str] | Mapping[str, str] = ()) -> None:
        """Sets more headers for each reply to an accepted client.

        Args:
            headers: `"Name: value"` strings, or a mapping.

        Raises:
            ValueError: a header must not be sent; nothing changes.
        """
        self._extra_headers = check_headers(headers)

    @property
    def allowed_origins(self) -> frozenset[str] | None:
        """The origins whose pages may connect; None (the default) for any. Not in Godot.

        Other pages are rejected with 403. A request without an Origin counts as "", as most programs send it. This
        proves nothing about programs, but it keeps strangers' pages away from a server on a player's machine or
        network.
        """
        return self._allowed_origins

    @allowed_origins.setter
    def allowed_origins(self, origins: Sequence[str] | frozenset[str] | None) -> None:
        if isinstance(origins, str):
            raise TypeError(f"allowed_origins takes several origins, as [{origins!r}]")
        self._allowed_origins = None if origins is None else frozenset(origins)

    # Limits

    @property
    def max_clients(self) -> int:
        """The most clients, with those that are joining; default 1024.

        Others are rejected with 503. 0 means any number.
        """
        return self._limits["max_clients"]

    @max_clients.setter
    def max_clients(self, count: int) -> None:
        self._set_limit("max_clients", count)

    @property
    def max_pending(self) -> int:
        """The most handshakes at a time; default 128.

        More connections wait in the system until there is room.
        """
        return self._limits["max_pending"]

    @max_pending.setter
    def max_pending(self, count: int) -> None:
        self._set_limit("max_pending", count, least=1)

    @property
    def max_clients_per_address(self) -> int:
        """The most clients from one address; default 0, any number.

        Others are rejected with 429.
        """
        return self._limits["max_clients_per_address"]

    @max_clients_per_address.setter
    def max_clients_per_address(self, count: int) -> None:
        self._set_limit("max_clients_per_address", count)

    @property
    def stall_timeout(self) -> float:
        """The seconds until a client that takes no data is dropped.

        It only counts while data waits. Default 30.0; 0 for never.
        """
        return self._stall_timeout

    @stall_timeout.setter
    def stall_timeout(self, seconds: float) -> None:
        self._stall_timeout = check_seconds("stall_timeout", seconds)
        self._settings_changed()

    @property
    def memory_limit(self) -> int:
        """The most bytes that may wait for all clients together.

        They wait to be read or sent. Default 256 MiB.

        At this limit, nothing more is queued (`ERR_OUT_OF_MEMORY`) or read until less waits.
        """
        return self._totals.limit

    @memory_limit.setter
    def memory_limit(self, size: int) -> None:
        if not isinstance(size, int) or isinstance(size, bool):
            raise TypeError(f"memory_limit takes bytes as an int, not {size!r}")
        if size < 1:
            raise ValueError(f"memory_limit takes a number of bytes above 0, not {size}")
        self._totals.limit = size
        self._totals.count()

    def _set_limit(self, name: str, count: int, *, least: int = 0) -> None:
        if not isinstance(count, int) or isinstance(count, bool):
            raise TypeError(f"{name} takes an int, not {count!r}")
        if count < least:
            raise ValueError(f"{name} takes a number of {least} or more, not {count}")
        self._limits[name] = count
        self._accept_again()


def _is_numeric(address: str) -> bool:
    try:
        ip_address(address)
    except ValueError:
        return False
    return True
