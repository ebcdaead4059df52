"""Parses WebSocket URLs, and says how each part is used.

See RFC 6455 section 3.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from functools import lru_cache
from typing import Final

from wsclient.ground.escape import escape
from wsclient.ground.value import Value
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.host_name import to_ascii

__all__ = ["MAX_URL_LENGTH", "URL", "percent_decoded"]

MAX_URL_LENGTH = 8192  # arbitrary: the usual limit of servers for a request line
MAX_HOST_LENGTH = 253  # RFC 1035 section 2.3.4: 255 bytes on the wire
MAX_LABEL_LENGTH = 63  # the same

_PARSED = 16  # the most URLs whose parts are remembered; arbitrary

DEFAULT_PORTS = {False: 80, True: 443}  # RFC 6455 section 3, by is_secure
MEANT_INSTEAD = {"http": "ws://", "https": "wss://"}

# Schemes. Before the first colon of a URL without "//", these words are neither a host nor a user.
KNOWN_SCHEMES = frozenset(
    {
        *("ws", "wss", "ws+unix", "http", "https", "about", "blob", "chrome", "data", "file", "ftp", "ftps"),
        *("javascript", "mailto", "sftp", "ssh", "tcp", "tel", "telnet", "udp", "urn", "view-source"),
    }
)

# Neither pattern can backtrack: each repeats one character at most. Few URLs need them; `re` compiles them then.
_FORBIDDEN = r"[\x00-\x20\x7f-\x9f\\\s\ud800-\udfff]"
_PERCENT = rb"%([0-9A-Fa-f]{2})"  # RFC 3986 section 2.1

_CONTROLS = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
_SCHEME = frozenset("0123456789+-.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")  # RFC 3986 section 3.1
_HOST = frozenset("0123456789abcdefghijklmnopqrstuvwxyz-._")  # the underscore is of local networks
_ZONE = (_SCHEME | frozenset("_~")) - {"+"}  # RFC 6874 section 2, without percent-encoding

_OCTETS = frozenset(map(str, range(256)))  # RFC 3986 section 3.2.2

# The characters that need no encoding: RFC 3986 sections 2.2 and 2.3, and the percent sign.
_URI_CHARACTERS = b"!#$%&'()*+,/:;=?@[]-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class URL(Value):
    """The address to connect to, and the resource to request there.

    Create one with `URL.parse`.

    Attributes:
        is_secure: True if TLS is used (wss).
        host: the host for name lookup and certificate check, in lower-case ASCII (IDNA); an IPv6 address is without
            brackets. A link-local address keeps its zone ("fe80::1%eth0").
        port: 1-65535.
        resource_name: path and query as in the request line; begins with "/".
        username: None if the URL has no user information.
        password: "" if the URL has only a user name; None if it has neither.
        socket_path: the path of a Unix domain socket (ws+unix); "" for TCP.
    """

    is_secure: bool
    host: str
    port: int
    resource_name: str
    username: str | None = None
    password: str | None = None
    socket_path: str = ""

    @classmethod
    def parse(cls, text: str, *, default_port: int | None = None) -> URL:
        """Parses a URL such as "wss://example.com/room?id=7" or "localhost:9000".

        A URL without a scheme is ws, as in Godot. A fragment is dropped. Non-ASCII text is encoded as in browsers: by
        IDNA in the host (see `to_ascii`), and as percent-encoded UTF-8 after it. Nothing else is rewritten.

        Args:
            text: the URL.
            default_port: the port if the URL has none; None for that of its scheme.

        Raises:
            TypeError: it is not a str.
            InvalidArgument: it cannot be used; the message names the part that is wrong.
        """
        if not isinstance(text, str):
            raise TypeError(f"the URL must be a str, not {type(text).__name__}")
        if "@" in text or "?" in text:  # it may hold a secret, which no cache should keep
            return _parse(text, default_port)
        return _parse_once(text, default_port)

    @property
    def host_header(self) -> str:
        """Returns the value of the Host field (RFC 6455 section 4.1).

        It has the port if that is not the default.
        """
        # RFC 6874 section 4: the zone has a meaning on this machine only.
        host = f"[{self.host.partition('%')[0]}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.is_secure] else f"{host}:{self.port}"

    @property
    def authorization(self) -> str | None:
        """Returns the value of an Authorization field for Basic (RFC 7617).

        Returns None if the URL has no user information. The value is a secret.
        """
        if self.username is None:
            return None
        return "Basic " + b2a_base64(f"{self.username}:{self.password or ''}".encode(), newline=False).decode("ascii")

    def __str__(self) -> str:
        """Returns the URL for logs, without user information and values of the query."""
        path, mark, query = self.resource_name.partition("?")
        hidden = "&".join(_hide_value(part) for part in query.split("&"))
        if self.socket_path:
            return f"ws+unix://{_encoded_path(self.socket_path)}:{path}{mark}{hidden if mark else ''}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.is_secure] else f":{self.port}"
        return f"{'wss' if self.is_secure else 'ws'}://{host}{port}{path}{mark}{hidden if mark else ''}"

    def __repr__(self) -> str:
        return f"<URL {self}>"


def _parse(text: str, default_port: int | None) -> URL:
    if len(text) > MAX_URL_LENGTH:
        raise InvalidArgument(f"the URL is {len(text)} characters long, more than {MAX_URL_LENGTH}")
    is_ordinary = text.isprintable() and " " not in text and "\\" not in text
    if not is_ordinary and (found := re.search(_FORBIDDEN, text)):
        raise InvalidArgument(f"the URL has the character {found[0]!r} at position {found.start()}")

    scheme, rest = _split_scheme(text)
    if scheme == "ws+unix":
        return _read_unix(rest.partition("#")[0])
    is_secure = scheme == "wss"
    rest = rest.partition("#")[0]  # RFC 6455 section 3: no fragments
    end = _end_of_authority(rest)
    userinfo, at, host_and_port = rest[:end].rpartition("@")
    # A stray "/" in a password ends the authority early, so the apparent port may be a secret.
    quotable = "@" not in text or bool(at)
    host, port = _split_port(host_and_port)
    username, password = _read_userinfo(userinfo) if userinfo else (None, None)
    return URL(
        is_secure,
        _read_host(host, quotable=quotable),
        _read_port(port, has_scheme=bool(scheme), quotable=quotable) or default_port or DEFAULT_PORTS[is_secure],
        _read_resource_name(rest[end:]),
        username,
        password,
    )


_parse_once: Final = lru_cache(_PARSED)(_parse)
"""The same, for the URLs that a program opens again and again."""


def _split_scheme(text: str) -> tuple[str, str]:
    """Splits off the scheme: returns ("wss", the text after "://").

    Returns ("", the whole text) if there is no scheme.
    """
    scheme, separator, rest = text.partition("://")
    if not separator or not (scheme[:1].isalpha() and _SCHEME.issuperset(scheme)):
        _check_no_scheme(text)
        return "", text
    if scheme.lower() not in ("ws", "wss", "ws+unix"):
        meant = MEANT_INSTEAD.get(scheme.lower(), "ws:// or wss://")
        raise InvalidArgument(f"{escape(scheme, 20)}:// is not a WebSocket URL: use {meant}")
    return scheme.lower(), rest


def _end_of_authority(rest: str) -> int:
    """Returns the index of the slash or question mark after host and port.

    Returns the length of the text if there is neither.
    """
    return min((index for mark in "/?" if (index := rest.find(mark)) >= 0), default=len(rest))


def _read_unix(rest: str) -> URL:
    """Parses the part of a URL after ws+unix://.

    It has the path of a socket and, after a colon, the resource.
    """
    encoded, colon, resource = rest.partition(":")
    if not encoded.startswith("/") or "?" in encoded:
        raise InvalidArgument("a ws+unix URL has the path of a socket, as in ws+unix:///run/game.sock:/resource")
    if colon and resource[:1] not in ("", "/", "?"):
        raise InvalidArgument('the resource behind the socket of a ws+unix URL begins with "/"')
    try:
        path = percent_decoded(encoded).decode()
    except UnicodeDecodeError:
        raise InvalidArgument("the path of the socket is not UTF-8 behind its percent signs") from None
    if "\0" in path:
        raise InvalidArgument("the path of the socket has a zero byte")
    return URL(False, "localhost", DEFAULT_PORTS[False], _read_resource_name(resource), socket_path=path)


def _encoded_path(path: str) -> str:
    # The first colon ends the path, and the first question mark would begin a query.
    data = path.encode()
    return "".join(chr(byte) if byte in _URI_CHARACTERS and byte not in b"%:?#" else f"%{byte:02X}" for byte in data)


def _check_no_scheme(text: str) -> None:
    """Refuses texts such as "ws:example.com", which would be read as a port.

    "ws:9000" is allowed: it names port 9000 of the host "ws".
    """
    word, colon, rest = text.partition(":")
    if colon and word.lower() in KNOWN_SCHEMES and not rest[: _end_of_authority(rest)].isdigit():
        raise InvalidArgument(f"{word.lower()}: is no host: a scheme is followed by ://")


def _split_port(host_and_port: str) -> tuple[str, str | None]:
    """Splits a port off. Returns the host and the text after the colon.

    The host keeps the brackets of an IPv6 address. The text is None if there is no colon.
    """
    bracket = host_and_port.rfind("]")
    if bracket < 0 and host_and_port.count(":") > 1:
        raise InvalidArgument("the host has several colons: an IPv6 address stands in brackets, as in ws://[::1]:9000")
    host, colon, port = host_and_port[bracket + 1 :].partition(":")
    return host_and_port[: bracket + 1] + host, port if colon else None


def _read_port(text: str | None, *, has_scheme: bool, quotable: bool) -> int | None:
    """Returns the port; None for the default."""
    if text is None:
        return None
    if not text:
        if has_scheme:  # RFC 3986 section 3.2.3 allows the bare colon
            return None
        raise InvalidArgument('there is no port behind the ":" (a scheme is followed by ://)')
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_LABEL_LENGTH else 0
    if not 1 <= number <= 65535:
        raise InvalidArgument(f"port{' ' + escape(text, 40) if quotable else ''} is not in 1-65535")
    return number


def _read_userinfo(userinfo: str) -> tuple[str, str]:
    """Returns user name and password, percent-decoded. Errors show neither."""
    name, _, word = userinfo.partition(":")
    try:
        username, password = (percent_decoded(part).decode() for part in (name, word))
    except UnicodeDecodeError:
        raise InvalidArgument("the user name or password is not UTF-8 behind its percent signs") from None
    # RFC 7617 section 2: neither may contain control characters, and the first colon ends the user name.
    if not _CONTROLS.isdisjoint(username + password):
        raise InvalidArgument("the user name or password has a control character")
    if ":" in username:
        raise InvalidArgument("the user name has a colon")
    return username, password


def _read_resource_name(text: str) -> str:
    path, _, query = text.partition("?")
    # RFC 6455 section 3: "/" for an empty path, and a "?" only before a query.
    name = _percent_encoded((path or "/") + ("?" + query if query else ""))
    if len(name) > MAX_URL_LENGTH:
        raise InvalidArgument(f"path and query are {len(name)} bytes long when encoded, more than {MAX_URL_LENGTH}")
    return name


def percent_decoded(text: str) -> bytes:
    """Returns the bytes of a percent-encoded text (RFC 3986 section 2.1)."""
    return re.sub(_PERCENT, lambda found: bytes.fromhex(found[1].decode()), text.encode())


def _percent_encoded(text: str) -> str:
    data = text.encode()
    if not data.translate(None, _URI_CHARACTERS):
        return text
    return "".join(chr(byte) if byte in _URI_CHARACTERS else f"%{byte:02X}" for byte in data)


def _read_host(text: str, *, quotable: bool) -> str:
    shown = f"host {escape(text, 80)}" if quotable else "the host"
    if not text:
        raise InvalidArgument("the host is empty")
    if text.startswith("["):
        return _read_ipv6(text, shown)
    if len(text) > MAX_HOST_LENGTH + 1:  # before IDNA, which is slow for long names
        raise InvalidArgument(f"the host is {len(text)} characters long, more than {MAX_HOST_LENGTH}")
    host = to_ascii(text, shown)
    if not (host and _HOST.issuperset(host)):
        raise InvalidArgument(f"{shown} has a character that no host name has")
    _check_labels(host, shown)
    return host


def _read_ipv6(text: str, shown: str) -> str:
    import ipaddress  # noqa: PLC0415 - a millisecond, for a rare kind of host

    address, percent, zone = text[1:-1].partition("%")
    zone = zone.removeprefix("25")  # RFC 6874 section 2 writes the "%" as "%25"; people write "%"
    try:
        canonical = str(ipaddress.IPv6Address(address if text.endswith("]") else ""))
    except ValueError:
        raise InvalidArgument(f"{shown} is not an IPv6 address in brackets") from None
    if percent and not (zone and _ZONE.issuperset(zone)):
        raise InvalidArgument(f"{shown} has a zone that is no name of an interface")
    return canonical + ("%" + zone if percent else "")


def _check_labels(host: str, shown: str) -> None:
    """Refuses labels that no resolver accepts (RFC 1035 section 2.3.4).

    One dot at the end is allowed.
    """
    name = host.removesuffix(".")
    labels = name.split(".")
    if len(name) > MAX_HOST_LENGTH or any(not 1 <= len(label) <= MAX_LABEL_LENGTH for label in labels):
        raise InvalidArgument(f"{shown} has a label that is not 1-{MAX_LABEL_LENGTH} characters long")
    # No top-level domain is a number. Shorter forms ("127.1") are left to the system's resolver.
    if len(labels) >= 4 and labels[-1].isdigit() and not _is_ipv4(host):
        raise InvalidArgument(f"{shown} is not an IPv4 address")


def _is_ipv4(host: str) -> bool:
    labels = host.split(".")
    # Digits without a leading zero, which some programs read as octal.
    return len(labels) == 4 and all(label in _OCTETS for label in labels)


def _hide_value(part: str) -> str:
    # A part without "=" may itself be a token.
    name, equals, _ = part.partition("=")
    return f"{name}=***" if equals else "***"
