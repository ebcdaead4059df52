"""Tests redirects (hostile.md A23 to A26).

It checks their targets, what is refused, and what is not sent to another origin.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.http11 import ResponseHead
from wsclient.protocol.redirect import (
    BadRedirect,
    RedirectChain,
    check_redirected_address,
    headers_for,
    resolve_location,
    shown_location,
)
from wsclient.protocol.url import URL

BASE = "ws://user:pass@game.example:9000/rooms/one?id=7"


def redirect(location: str | None, status: int = 302) -> ResponseHead:
    return ResponseHead("1.1", () if location is None else (("Location", location),), status, "Found")


def resolved(location: str, base: str = BASE) -> URL:
    return resolve_location(URL.parse(base), location)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        pytest.param("/lobby", "ws://game.example:9000/lobby", id="path"),
        pytest.param("two", "ws://game.example:9000/rooms/two", id="name"),
        pytest.param("../two?x=1", "ws://game.example:9000/two?x=1", id="up"),
        pytest.param("?id=8", "ws://game.example:9000/rooms/one?id=8", id="query"),
        pytest.param("", "ws://game.example:9000/rooms/one?id=7", id="empty"),
        pytest.param("#top", "ws://game.example:9000/rooms/one?id=7", id="fragment"),
        pytest.param("//other.example/x", "ws://other.example/x", id="host"),
        pytest.param("http://other.example/x", "ws://other.example/x", id="http"),
        pytest.param("https://other.example:8443/x", "wss://other.example:8443/x", id="https"),
        pytest.param("ws://other.example", "ws://other.example/", id="ws"),
        pytest.param("WSS://Other.Example/A", "wss://other.example/A", id="wss-in-capitals"),
        pytest.param("http://[::1]:81/", "ws://[::1]:81/", id="ipv6"),
        pytest.param("http://u:p@other.example/", "ws://other.example/", id="without-its-user"),
        pytest.param("/caf\xc3\xa9", "ws://game.example:9000/caf%C3%A9", id="utf-8"),
        pytest.param("/caf\xe9", "ws://game.example:9000/caf%C3%A9", id="latin-1"),
    ],
)
def test_a_location_is_resolved_against_the_request(location: str, target: str) -> None:
    found = resolved(location)

    assert found.replace(username=None, password=None) == URL.parse(target)


@pytest.mark.parametrize(
    ("base", "location", "words"),
    [
        pytest.param(BASE, "javascript:alert(1)", "'javascript:alert(1)', which is no address", id="A23-javascript"),
        pytest.param(BASE, "file:///etc/passwd", "'file:///etc/passwd', which is no address", id="A23-file"),
        pytest.param(BASE, "ftp://u:p@h/x?y", "'ftp://h/x', which is no address", id="A23-ftp"),
        pytest.param(BASE, "http://", "an address that cannot be used: the host is empty", id="no-host"),
        pytest.param(BASE, "http://h:99999/", "an address that cannot be used: port", id="port"),
        pytest.param(BASE, "http://[::1/", "an address that cannot be used", id="bracket"),
        pytest.param(BASE, "/a b", "an address that cannot be used", id="space"),
        pytest.param("wss://h/", "ws://h/x", "from wss:// to ws://h/x", id="A25-ws"),
        pytest.param("wss://h/", "http://h/x", "from wss:// to ws://h/x", id="A25-http"),
    ],
)
def test_a_location_that_cannot_be_followed_is_refused(base: str, location: str, words: str) -> None:
    with pytest.raises(BadRedirect, match=r"^redirects ") as caught:
        resolved(location, base)

    assert words in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("location", "username"),
    [
        pytest.param("/other", "user", id="path"),
        pytest.param("http://x:y@game.example:9000/other", "user", id="same-origin-with-another-user"),
        pytest.param("http://game.example/other", None, id="another-port"),
        pytest.param("https://game.example:9000/other", None, id="another-scheme"),
        pytest.param("http://x:y@other.example:9000/", None, id="another-host"),
    ],
)
def test_user_and_password_stay_within_their_origin(location: str, username: str | None) -> None:  # A24
    assert resolved(location).username == username


SECRETS = ("Authorization", "cookie", "X-Api-Key", "X-Auth", "Session-Token", "Proxy-Authorization")


def test_secret_headers_do_not_go_to_another_origin() -> None:  # A24
    headers = (*((name, "x") for name in SECRETS), ("Host", "h"), ("Origin", "https://game.example"), ("X-Room", "7"))
    url = URL.parse(BASE)

    assert headers_for(url, resolved("/other"), headers) == headers
    assert headers_for(url, resolved("//other.example"), headers) == headers[-2:]


@pytest.mark.parametrize(
    ("address", "target", "is_refused"),
    [
        pytest.param("203.0.114.1", "127.0.0.1", True, id="A26-loopback"),
        pytest.param("203.0.114.1", "169.254.169.254", True, id="A26-link-local"),
        pytest.param("203.0.114.1", "10.1.2.3", True, id="A26-private"),
        pytest.param("203.0.114.1", "::1", True, id="A26-loopback-ipv6"),
        pytest.param("203.0.114.1", "::ffff:192.168.0.1", True, id="A26-mapped"),
        pytest.param("203.0.114.1", "fe80::1%eth0", True, id="A26-zone"),
        pytest.param("203.0.114.1", "localhost", True, id="A26-localhost"),
        pytest.param("203.0.114.1", "api.localhost", True, id="A26-below-localhost"),
        pytest.param("203.0.114.1", "198.51.101.7", False, id="public"),
        pytest.param("203.0.114.1", "other.example", False, id="name"),
        pytest.param("10.0.0.1", "10.0.0.2", False, id="from-the-private-network"),
        pytest.param("127.0.0.1", "127.0.0.1", False, id="from-this-computer"),
        pytest.param("", "127.0.0.1", False, id="unknown"),
    ],
)
def test_a_public_server_does_not_lead_into_a_private_network(address: str, target: str, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(BadRedirect, match="which is private"):
            check_redirected_address(address, target)
    else:
        check_redirected_address(address, target)


class TestChain:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_follows_every_redirect_with_a_location(self, status: int) -> None:
        chain = RedirectChain(URL.parse(BASE), 1)

        assert chain.follows(redirect("/x", status))
        assert chain.follow(redirect("/x", status)) == resolved("/x")

    @pytest.mark.parametrize(
        "head", [redirect("/", 300), redirect("/", 304), redirect("/", 200), redirect(None)], ids=str
    )
    def test_does_not_follow_another_reply(self, head: ResponseHead) -> None:
        assert not RedirectChain(URL.parse(BASE), 5).follows(head)

    def test_follows_nothing_without_a_limit(self) -> None:
        assert not RedirectChain(URL.parse(BASE), 0).follows(redirect("/x"))

    def test_resolves_against_the_last_address(self) -> None:
        chain = RedirectChain(URL.parse("ws://h/"), 2)
        chain.follow(redirect("http://other.example/a/b"))

        assert chain.follow(redirect("c")) == URL.parse("ws://other.example/a/c")

    def test_ends_at_its_limit(self) -> None:  # A23
        chain = RedirectChain(URL.parse("ws://h/"), 2)
        chain.follow(redirect("/1"))
        chain.follow(redirect("/2"))

        failure = chain.follow(redirect("/3"))

        assert isinstance(failure, Failure)
        assert (failure.stage, failure.kind, failure.http_status) == (Stage.HANDSHAKE, FailureKind.HTTP_STATUS, 302)
        assert failure.detail == (
            "the server answered 302 Found, and redirects more than 2 times, to ws://h/3 "
            "(ws://h/ -> ws://h/1 -> ws://h/2)"
        )

    def test_ends_if_a_url_repeats(self) -> None:  # A23
        chain = RedirectChain(URL.parse("ws://h/"), 20)
        chain.follow(redirect("/1"))

        failure = chain.follow(redirect("http://H:80"))

        assert isinstance(failure, Failure)
        assert "redirects in a circle, to ws://h/ (ws://h/ -> ws://h/1)" in failure.detail

    def test_ends_at_the_edge_of_a_private_network(self) -> None:  # A26
        failure = RedirectChain(URL.parse("ws://h/"), 5).follow(redirect("http://127.0.0.1/"), address="203.0.114.1")

        assert isinstance(failure, Failure)
        assert "which is private" in failure.detail

    def test_shows_no_secrets(self) -> None:
        failure = RedirectChain(URL.parse("ws://user:word@h/?key=word"), 1).follow(redirect("ftp://u:word@h/?word"))

        assert isinstance(failure, Failure)
        assert "word" not in failure.detail


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_location_is_resolved_refused_and_shown(location: str) -> None:
    url = URL.parse(BASE)
    failure_or_url = RedirectChain(url, 1).follow(redirect(location))

    assert isinstance(failure_or_url, URL | Failure)
    assert shown_location(url, location).isprintable()


@pytest.mark.parametrize(
    ("location", "path"),
    [("/x", "/run/a.sock"), ("http://localhost/x", "/run/a.sock"), ("ws://localhost:81/x", ""), ("ws://b/x", "")],
)
def test_a_target_relative_to_a_unix_socket_stays_there(location: str, path: str) -> None:
    assert resolve_location(URL.parse("ws+unix:///run/a.sock:/y"), location).socket_path == path
