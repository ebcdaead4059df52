"""SOCKS: tunnels through SOCKS5 (RFC 1928 and 1929) and SOCKS4a proxies."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import FailureKind
from wsclient.protocol.tunnel import Tunnel, Tunnelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Failure
    from wsclient.protocol.tunnel import Target

__all__ = ["Socks4Tunnel", "Socks5Tunnel", "check_credentials"]

_CONNECT = 1
_MAX_FIELD = 255  # bytes of a name, a user or a password, whose length is one byte

# RFC 1928 section 3, and RFC 1929 section 2.
_NO_CREDENTIALS, _BY_PASSWORD, _NO_METHOD = 0x00, 0x02, 0xFF
_GRANTED_BY_PASSWORD = b"\x01\x00"

# RFC 1928 sections 5 and 6: the size of an answer, by the kind of its address. A name has its own length.
_IPV4, _NAME, _IPV6 = 1, 3, 4
_ANSWER_SIZES = {_IPV4: 10, _IPV6: 22}

# RFC 1928 section 6. Unreachable targets, and unsupported requests.
_UNREACHED = {
    0x01: "general failure; some say so of a name that is unknown",
    0x03: "its network is unreachable from there",
    0x04: "the host is unreachable or unknown there",
    0x05: "the connection was refused",
    0x06: "the way there is too long",
}
_NOT_ALLOWED = 0x02
_UNKNOWN_COMMAND, _UNKNOWN_ADDRESS = 0x07, 0x08

# SOCKS4's protocol, "CD" of the reply.
_SOCKS4_GRANTED, _SOCKS4_REJECTED = 0x5A, 0x5B
_SOCKS4_SIZE = 8


class Socks5Tunnel(Tunnel):
    """One tunnel through a SOCKS5 proxy.

    Args:
        proxy: host and port of the proxy, for messages.
        target: the address that the proxy connects to; a name is looked up by the proxy.
        credentials: user name and password, as `check_credentials` allows; None if the proxy needs none.

    Raises:
        InvalidArgument: the name or the credentials cannot be sent.
    """

    def __init__(self, proxy: str, target: Target, *, credentials: tuple[str, str] | None = None) -> None:
        super().__init__(proxy, target)
        if credentials is not None:
            check_credentials(*credentials)
        self._credentials = credentials
        self._request = bytes((5, _CONNECT, 0)) + _address(target.host) + target.port.to_bytes(2, "big")
        self._received = b""
        self._has_answered = False  # True if a part of the current answer has arrived
        self._read: Callable[[bytes], Tunnelled | Failure | None] = self._read_method
        method = _NO_CREDENTIALS if credentials is None else _BY_PASSWORD
        self._message = bytes((5, 1, method))

    def receive_data(self, data: bytes) -> Tunnelled | Failure | None:
        """Takes received data. Returns the verdict, or None if more is needed."""
        self._received += data
        return self._read(self._received) if self._received else None

    def receive_eof(self) -> Failure:
        """Returns the failure if the proxy ends the connection before a verdict."""
        return self._fail_unfinished() if self._received else self._fail_unanswered()

    def _read_method(self, data: bytes) -> Tunnelled | Failure | None:
        if data[0] != 5:
            return self._fail_stranger(data) or self._fail_unknown(data[:1], "SOCKS5")
        if len(data) < 2:
            return None
        method = data[1]
        if method == _NO_CREDENTIALS:  # some proxies choose it even if it was not offered, which is harmless
            return self._go_on(self._request, self._read_answer)
        if method == _BY_PASSWORD and self._credentials is not None:
            return self._go_on(_password_message(*self._credentials), self._read_grant)
        return self._refuse_method(method)

    def _refuse_method(self, method: int) -> Failure:
        if self._credentials is None and method in (_BY_PASSWORD, _NO_METHOD):
            return self._refuse_credentials("wants a user name and password")
        if method == _NO_METHOD:
            return self._refuse_credentials("does not take a user name and password")
        return self._fail(f"wants a way to log in that was not offered (method {method})", "")

    def _read_grant(self, data: bytes) -> Tunnelled | Failure | None:
        if len(data) < 2:
            return None
        if data[:2] != _GRANTED_BY_PASSWORD:
            return self._refuse_credentials("did not accept the user name and password")
        return self._go_on(self._request, self._read_answer)

    def _read_answer(self, data: bytes) -> Tunnelled | Failure | None:
        if data[0] != 5:
            return self._fail_unknown(data[:1], "SOCKS5")
        if len(data) < 2:
            return None
        if data[1]:
            return self._explain(data[1])
        if len(data) < 5:
            return None
        size = 7 + data[4] if data[3] == _NAME else _ANSWER_SIZES.get(data[3], 0)
        if not size:
            return self._fail(f"breaks SOCKS5: its answer has an address of kind {data[3]}", "Check host and port.")
        # The address in the answer is ignored: some proxies send zeros, others their outgoing address.
        return Tunnelled(data[size:]) if len(data) >= size else None

    def _go_on(self, message: bytes, read: Callable[[bytes], Tunnelled | Failure | None]) -> Tunnelled | Failure | None:
        """Sends the next message, and continues with the data that has arrived.

        The data after the two bytes of this answer belongs to the next answer.
        """
        self._message, self._read = message, read
        self._received = self._received[2:]
        return read(self._received) if self._received else None

    def _explain(self, answer: int) -> Failure:
        if answer in _UNREACHED:
            return self._fail_unreachable(_UNREACHED[answer])
        if answer == _NOT_ALLOWED:
            return self._fail_forbidden("by its rules")
        if answer == _UNKNOWN_COMMAND:
            return self._fail("does not know the command to connect", "Use another proxy.")
        if answer == _UNKNOWN_ADDRESS:
            hint = "Try a name in place of an address, or socks5:// in place of socks5h://."
            return self._fail(f"does not take an address of the kind of {self._target}", hint)
        return self._fail_unreachable(f"answer {answer}")

    def _refuse_credentials(self, words: str) -> Failure:
        hint = 'Give them with the address: proxy = "socks5://user:password@host:port".'
        return self._fail(words, hint, kind=FailureKind.PROXY_CREDENTIALS)


class Socks4Tunnel(Tunnel):
    """One tunnel through a SOCKS4a proxy, which looks up the name.

    It supports neither passwords nor IPv6.

    Args:
        proxy: host and port of the proxy, for messages.
        target: the address that the proxy connects to.
        username: the user name, sent as it is; most proxies ignore it.

    Raises:
        InvalidArgument: an IPv6 address, or a name that cannot be sent.
    """

    def __init__(self, proxy: str, target: Target, *, username: str = "") -> None:
        super().__init__(proxy, target)
        address = _parsed(target.host)
        if isinstance(address, IPv6Address):
            raise InvalidArgument(f"a socks4a proxy cannot be asked for an IPv6 address, as {target.host}")
        user = username.encode()
        if b"\0" in user or len(user) > _MAX_FIELD:
            raise InvalidArgument(f"a user name for a SOCKS4 proxy has at most {_MAX_FIELD} bytes, none of them zero")
        place, name = (address.packed, b"") if address else (b"\0\0\0\1", _name(target.host) + b"\0")
        self._received = b""
        self._message = bytes((4, _CONNECT)) + target.port.to_bytes(2, "big") + place + user + b"\0" + name

    def receive_data(self, data: bytes) -> Tunnelled | Failure | None:
        """Takes received data. Returns the verdict, or None if more is needed."""
        self._received += data
        received = self._received
        if received and received[0]:
            return self._fail_stranger(received) or self._fail_unknown(received[:1], "SOCKS4")
        if len(received) < 2:
            return None
        if received[1] == _SOCKS4_REJECTED:
            return self._fail_unreachable("it refused or failed, and does not say why")
        if received[1] != _SOCKS4_GRANTED:
            return self._fail_forbidden(f"answer {received[1]}: it wants to know the user by identd")
        return Tunnelled(received[_SOCKS4_SIZE:]) if len(received) >= _SOCKS4_SIZE else None

    def receive_eof(self) -> Failure:
        """Returns the failure if the proxy ends the connection before a verdict."""
        return self._fail_unfinished() if self._received else self._fail_unanswered()


def check_credentials(username: str, password: str) -> None:
    """Checks the credentials for a SOCKS5 proxy (RFC 1929 section 2).

    Raises:
        InvalidArgument: the user name or the password is empty or too long.
    """
    for part, what in ((username, "user name"), (password, "password")):
        if not 1 <= len(part.encode()) <= _MAX_FIELD:
            raise InvalidArgument(f"a {what} for a SOCKS proxy has 1-{_MAX_FIELD} bytes of UTF-8")


def _password_message(username: str, password: str) -> bytes:
    user, word = username.encode(), password.encode()
    return bytes((1, len(user))) + user + bytes((len(word),)) + word


def _address(host: str) -> bytes:
    address = _parsed(host)
    if address is None:
        name = _name(host)
        return bytes((_NAME, len(name))) + name
    return bytes((_IPV4 if isinstance(address, IPv4Address) else _IPV6,)) + address.packed


def _parsed(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _name(host: str) -> bytes:
    name = host.encode("ascii")
    if not 1 <= len(name) <= _MAX_FIELD:
        raise InvalidArgument(f"a host name for a SOCKS proxy has 1-{_MAX_FIELD} bytes, not {len(name)}")
    return name
