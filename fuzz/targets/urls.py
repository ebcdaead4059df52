"""Parses URLs, redirects, cookies and no_proxy.

Each leads to a value or a refusal, and neither has a secret.
"""

from __future__ import annotations

from fuzz.targets.pieces import split_off
from wsclient.protocol.cookies import MAX_COOKIES, Cookies
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.fields import MAX_LINE_SIZE
from wsclient.protocol.http11 import ResponseHead
from wsclient.protocol.redirect import BadRedirect, headers_for, is_same_origin, resolve_location
from wsclient.protocol.url import URL
from wsclient.transport.opening.no_proxy import is_excepted

__all__ = ["check_cookies", "check_no_proxy", "check_redirect", "check_url"]

_PASSWORD = "a-password"  # noqa: S105 - not a real one
_BASES = [
    URL.parse(f"wss://user:{_PASSWORD}@game.example/room/7?q=1"),
    URL.parse("ws://127.0.0.1:8080/"),
    URL.parse("ws://[fe80::1%eth0]/a/b/c"),
]
_SECRETS = (("Authorization", _PASSWORD), ("X-Api-Key", _PASSWORD), ("Origin", "https://game.example"))
_NOW = 1_800_000_000.0
_SERVERS = [("game.example", 443), ("127.0.0.1", 80), ("fe80::1%eth0", 9080), ("xn--strae-oqa.example", 80)]


def check_url(data: bytes) -> int:
    """One URL of a user."""
    try:
        url = URL.parse(data.decode(errors="replace"))
    except InvalidArgument as error:
        assert str(error).isprintable()
        return 1
    assert 1 <= url.port <= 65535
    assert url.resource_name.startswith("/")
    assert (url.host_header + url.resource_name).isascii()
    assert str(url).isprintable()
    return 1


def check_redirect(data: bytes) -> int:
    """The Location of a redirect, behind a byte of choices."""
    (choice,), location = split_off(data, 1)
    url = _BASES[choice % len(_BASES)]
    try:
        target = resolve_location(url, location.decode("latin-1"))
    except BadRedirect as error:
        assert str(error).isprintable()
        assert _PASSWORD not in str(error) or _PASSWORD.encode() in location
        return 1
    assert target.is_secure or not url.is_secure, "nothing leads out of TLS"
    if not is_same_origin(url, target):
        assert target.password is None, "a password stays within its origin"
        assert headers_for(url, target, _SECRETS) == _SECRETS[2:]
    return 1


def check_cookies(data: bytes) -> int:
    """Set-Cookie lines of replies, behind a byte of choices."""
    (choice,), rest = split_off(data, 1)
    url = _BASES[choice % len(_BASES)]
    cookies = Cookies()
    lines = [line.decode("latin-1") for line in rest.splitlines()]
    head = ResponseHead("1.1", tuple(("Set-Cookie", line) for line in lines), 101, "")
    cookies.receive(url, head, _NOW)
    for each in _BASES:
        header = cookies.header_for(each, _NOW)
        assert len("Cookie: ") + len(header) <= MAX_LINE_SIZE
        assert not header or each.host == url.host, "a cookie goes to its host alone"
    assert len(cookies.as_dict(_NOW)) <= MAX_COOKIES
    return len(lines)


def check_no_proxy(data: bytes) -> int:
    """The value of no_proxy."""
    text = data.decode(errors="replace")
    entries = text.split(",")
    for host, port in _SERVERS:
        found = is_excepted(host, port, text)
        assert found == is_excepted(host.upper(), port, text), "names have no case"
        if len(entries) > 1:
            alone = any(is_excepted(host, port, entry) for entry in entries if entry.strip() != "*")
            assert found == alone, "each entry counts by itself"
    return 1
