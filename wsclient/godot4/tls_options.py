"""TLSOptions: the certificates to trust or to present, with Godot 4's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from wsclient.ground.value import Value

if TYPE_CHECKING:
    import os
    from ssl import SSLContext

    from wsclient.websocket.client import WebSocketClient

__all__ = ["TLSOptions"]


class TLSOptions(Value):
    """The certificates that a client trusts, or that a server presents.

    Create it with `client()`, `client_unsafe()` or `server()`.

    Attributes:
        trusted_chain: a path to a PEM file, PEM text, DER bytes or an `ssl.SSLContext`; None for the roots of the
            system and of certifi.
            At a server, its own certificate and those of its issuers.
        verifies: whether the certificate and the name are checked.
        key: a server's private key, as a path, PEM text or bytes.
    """

    trusted_chain: str | bytes | os.PathLike[str] | SSLContext | None = None
    verifies: bool = True
    key: str | bytes | os.PathLike[str] | None = None

    @classmethod
    def client(cls, trusted_chain: str | bytes | os.PathLike[str] | SSLContext | None = None) -> Self:
        """Returns options that check the certificate and the name of the server."""
        return cls(trusted_chain, True)

    @classmethod
    def client_unsafe(cls, trusted_chain: str | bytes | os.PathLike[str] | SSLContext | None = None) -> Self:
        """Returns options that do not check the name of the server.

        Without a chain, its certificate is not checked either.
        """
        return cls(trusted_chain, False)

    @classmethod
    def server(
        cls, key: str | bytes | os.PathLike[str] | None, certificate: str | bytes | os.PathLike[str] | SSLContext
    ) -> Self:
        """Returns options of a server, with its private key and its certificate."""
        return cls(certificate, True, key)

    def apply_to(self, client: WebSocketClient) -> None:
        """Sets the options on a client that is disconnected."""
        client.trusted_ssl_certificate = self.trusted_chain
        client.verify_ssl = self.verifies
