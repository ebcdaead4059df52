"""Keeps the cookies of servers' replies for the requests that follow.

See RFC 6265.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.value import Value
from wsclient.protocol.fields import MAX_LINE_SIZE
from wsclient.protocol.http_date import seconds_of_date

if TYPE_CHECKING:
    from wsclient.protocol.http11 import Head
    from wsclient.protocol.url import URL

__all__ = ["MAX_COOKIES", "MAX_COOKIE_SIZE", "Cookie", "Cookies"]

MAX_COOKIES = 50
"""The most cookies of all hosts together. When one more is added, the oldest is dropped."""

MAX_COOKIE_SIZE = 4096
"""The most bytes of a Set-Cookie. A longer one is ignored."""

_FOREVER = float("inf")


class Cookie(Value):
    """One cookie.

    It is sent only to the host that set it, because public suffixes are not known.
    """

    name: str
    value: str
    host: str
    path: str
    is_secure: bool
    expires_at: float  # seconds since 1970

    def goes_to(self, url: URL, now: float) -> bool:
        """Returns True if a request includes this cookie (RFC 6265 section 5.4)."""
        if self.host != url.host or (self.is_secure and not url.is_secure) or self.expires_at <= now:
            return False
        path = _path_of(url)
        return path == self.path or (
            path.startswith(self.path) and (self.path[-1] == "/" or path[len(self.path)] == "/")
        )


class Cookies:
    """The cookies of one client.

    Their number is limited, and expired ones are dropped.
    """

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], Cookie] = {}  # in the order in which they were first set

    def receive(self, url: URL, head: Head, now: float) -> None:
        """Keeps the cookies of a reply.

        Args:
            url: the URL of the request.
            head: the head of the reply.
            now: seconds since 1970.
        """
        for line in head.get_all("Set-Cookie"):
            cookie = _parse(line, url, now) if len(line) <= MAX_COOKIE_SIZE else None
            if cookie is not None:
                self._keep(cookie, now)

    def header_for(self, url: URL, now: float) -> str:
        """Returns the value of the Cookie header for a request; "" if there is none.

        Cookies with longer paths come first.
        """
        fitting = sorted((each for each in self._cookies.values() if each.goes_to(url, now)), key=_by_path)
        words: list[str] = []
        room = MAX_LINE_SIZE - len("Cookie: ")
        for cookie in fitting:
            word = f"{cookie.name}={cookie.value}" if cookie.name else cookie.value
            room -= len(word) + len("; ")
            if room >= 0:
                words.append(word)
        return "; ".join(words)

    def as_dict(self, now: float) -> dict[str, str]:
        """Returns the names and values of the cookies of all hosts.

        If two have the same name, the one that was set last counts.
        """
        return {each.name: each.value for each in self._cookies.values() if each.expires_at > now}

    def clear(self) -> None:
        """Removes all cookies."""
        self._cookies.clear()

    def _keep(self, cookie: Cookie, now: float) -> None:
        key = (cookie.host, cookie.path, cookie.name)
        if cookie.expires_at <= now:  # this is how a server removes one
            self._cookies.pop(key, None)
            return
        self._cookies[key] = cookie
        if len(self._cookies) > MAX_COOKIES:
            self._cookies = {key: each for key, each in self._cookies.items() if each.expires_at > now}
        while len(self._cookies) > MAX_COOKIES:
            del self._cookies[next(iter(self._cookies))]


def _by_path(cookie: Cookie) -> int:
    return -len(cookie.path)


def _parse(line: str, url: URL, now: float) -> Cookie | None:
    """Parses a Set-Cookie (RFC 6265 sections 5.2 and 5.3).

    Returns None if it must be ignored.
    """
    pair, *rest = line.split(";")
    name, equals, value = pair.partition("=")
    name, value = (name.strip(" \t"), value.strip(" \t")) if equals else ("", pair.strip(" \t"))
    attributes = dict(_attribute(word) for word in rest)
    domain, path, is_secure = attributes.get("domain", ""), attributes.get("path", ""), "secure" in attributes
    if not (name or value) or not _is_host_below(url.host, domain.removeprefix(".").lower()):
        return None
    if is_secure and not url.is_secure:
        return None
    if not _keeps_its_prefix(name.lower(), attributes, is_secure=is_secure):
        return None
    path = path if path.startswith("/") else _default_path(url)
    return Cookie(name, value, url.host, path, is_secure, _expiry(attributes, now))


def _attribute(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name.strip(" \t").lower(), value.strip(" \t")


def _keeps_its_prefix(name: str, attributes: dict[str, str], *, is_secure: bool) -> bool:
    # RFC 6265bis section 4.1.3: the guarantees of these name prefixes.
    if name.startswith("__host-"):
        return is_secure and "domain" not in attributes and attributes.get("path") == "/"
    return is_secure or not name.startswith("__secure-")


def _is_host_below(host: str, domain: str) -> bool:
    # RFC 6265 section 5.1.3: nothing is above a numeric address, whose last part no name has.
    return not domain or host == domain or (host.endswith(f".{domain}") and not host.rpartition(".")[2].isdigit())


def _default_path(url: URL) -> str:
    """Returns the path up to its last slash (RFC 6265 section 5.1.4)."""
    return _path_of(url).rpartition("/")[0] or "/"


def _path_of(url: URL) -> str:
    return url.resource_name.partition("?")[0]


def _expiry(attributes: dict[str, str], now: float) -> float:
    """Returns the time when a cookie expires.

    Max-Age wins over Expires. Unreadable values are ignored.
    """
    age = attributes.get("max-age", "")
    if age.removeprefix("-").isdecimal() and age.isascii():
        return now + int(age[:12]) if not age.startswith("-") else -_FOREVER
    return seconds_of_date(attributes.get("expires", ""))
