"""Tests which cookies are kept, where they are sent, and when they expire."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.cookies import MAX_COOKIE_SIZE, MAX_COOKIES, Cookies
from wsclient.protocol.fields import MAX_LINE_SIZE
from wsclient.protocol.http11 import ResponseHead
from wsclient.protocol.url import URL

NOW = calendar.timegm((2026, 11, 30, 12, 0, 0))
BASE = "wss://game.example/rooms/one?x=1"


def jar(*lines: str, url: str = BASE) -> Cookies:
    """Returns what is kept of a reply with these Set-Cookie lines."""
    cookies = Cookies()
    receive(cookies, *lines, url=url)
    return cookies


def receive(cookies: Cookies, *lines: str, url: str = BASE, now: float = NOW) -> None:
    headers = tuple(("set-cookie", line) for line in lines)
    cookies.receive(URL.parse(url), ResponseHead("1.1", headers, 101, ""), now)


def sent(cookies: Cookies, url: str = BASE, now: float = NOW) -> str:
    return cookies.header_for(URL.parse(url), now)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        pytest.param("sid=abc", "sid=abc", id="plain"),
        pytest.param(" sid = a b ; Path=/", "sid=a b", id="space-around"),
        pytest.param('sid="a=b"', 'sid="a=b"', id="quotes-and-equals-sign-stay"),
        pytest.param("sid=", "sid=", id="empty-value"),
        pytest.param("abc", "abc", id="no-name"),
        pytest.param("=abc", "abc", id="empty-name"),
        pytest.param("sid=a; HttpOnly; SameSite=Lax; Unknown=1", "sid=a", id="attributes-that-mean-nothing-here"),
        pytest.param("SERVERID=s1; path=/", "SERVERID=s1", id="haproxy"),
        pytest.param("=; Path=/", "", id="neither-name-nor-value"),
        pytest.param("sid=" + "x" * MAX_COOKIE_SIZE, "", id="too-long"),
    ],
)
def test_name_and_value_are_kept(line: str, value: str) -> None:
    assert sent(jar(line)) == value


def test_several_are_sent_on_one_line() -> None:
    assert sent(jar("a=1; Path=/", "b=2; Path=/")) == "a=1; b=2"


def test_those_of_longer_paths_come_first() -> None:
    assert sent(jar("a=1; Path=/", "b=2; Path=/rooms", "c=3; Path=/rooms/one")) == "c=3; b=2; a=1"


def test_another_of_the_same_name_replaces_it() -> None:
    assert sent(jar("a=1", "a=2")) == "a=2"


@pytest.mark.parametrize(
    ("domain", "is_kept"),
    [
        pytest.param("", True, id="empty"),
        pytest.param("game.example", True, id="the-host"),
        pytest.param(".Game.Example", True, id="with-a-dot"),
        pytest.param("example", True, id="above-but-for-the-host-alone"),
        pytest.param("other.example", False, id="another"),
        pytest.param("a.game.example", False, id="below"),
        pytest.param("ame.example", False, id="no-whole-label"),
    ],
)
def test_it_is_sent_only_to_the_host_that_set_it(domain: str, is_kept: bool) -> None:
    cookies = jar(f"a=1; Path=/; Domain={domain}")

    assert sent(cookies) == ("a=1" if is_kept else "")
    assert sent(cookies, "wss://sub.game.example/") == ""
    assert sent(cookies, "wss://other.example/") == ""


def test_it_goes_to_every_port_of_its_host() -> None:
    assert sent(jar("a=1; Path=/"), "wss://game.example:9000/") == "a=1"


@pytest.mark.parametrize(
    ("path", "request_path", "is_sent"),
    [
        pytest.param("/", "/anything", True, id="root"),
        pytest.param("/rooms", "/rooms", True, id="same"),
        pytest.param("/rooms", "/rooms/two", True, id="below"),
        pytest.param("/rooms/", "/rooms/two", True, id="below-a-slash"),
        pytest.param("/rooms", "/roomservice", False, id="longer-word"),
        pytest.param("/rooms/one", "/rooms", False, id="above"),
        pytest.param("", "/rooms/two", True, id="default-of-the-request"),
        pytest.param("relative", "/rooms/two", True, id="no-path-is-the-default"),
        pytest.param("", "/other", False, id="default-is-not-all"),
    ],
)
def test_it_is_sent_to_its_path_and_below(path: str, request_path: str, is_sent: bool) -> None:
    assert sent(jar(f"a=1; Path={path}"), f"wss://game.example{request_path}?y") == ("a=1" if is_sent else "")


def test_the_default_path_of_the_root_is_the_root() -> None:
    assert sent(jar("a=1", url="wss://game.example/"), "wss://game.example/x") == "a=1"


def test_a_secure_one_is_sent_only_over_tls() -> None:
    cookies = jar("a=1; Path=/; Secure", "b=2; Path=/")

    assert sent(cookies, "ws://game.example/") == "b=2"


def test_a_secure_one_is_not_taken_from_plain_text() -> None:
    assert sent(jar("a=1; Secure", url="ws://game.example/")) == ""


@pytest.mark.parametrize(
    ("line", "is_kept"),
    [
        pytest.param("__Secure-a=1; Secure", True, id="secure"),
        pytest.param("__Secure-a=1", False, id="secure-without"),
        pytest.param("__Host-a=1; Secure; Path=/", True, id="host"),
        pytest.param("__Host-a=1; Secure", False, id="host-without-a-path"),
        pytest.param("__host-a=1; Secure; Path=/; Domain=game.example", False, id="host-with-a-domain"),
    ],
)
def test_the_promise_of_a_prefix_is_kept(line: str, is_kept: bool) -> None:
    assert bool(sent(jar(line))) is is_kept


class TestEnd:
    @pytest.mark.parametrize(
        ("attributes", "seconds"),
        [
            pytest.param("Max-Age=60", 60, id="max-age"),
            pytest.param("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 60, id="max-age-wins"),
            pytest.param("Expires=Mon, 30 Nov 2026 12:01:00 GMT", 60, id="rfc-1123"),
            pytest.param("Expires=Monday, 30-Nov-26 12:01:00 GMT", 60, id="rfc-850"),
            pytest.param("Expires=Mon Nov 30 12:01:00 2026", 60, id="asctime"),
            pytest.param("Max-Age=soon; Expires=Mon, 30 Nov 2026 12:01:00 GMT", 60, id="max-age-that-is-none"),
        ],
    )
    def test_is_emitted_at_the_announced_time(self, attributes: str, seconds: int) -> None:
        cookies = jar(f"a=1; {attributes}")

        assert sent(cookies, now=NOW + seconds - 1) == "a=1"
        assert sent(cookies, now=NOW + seconds) == ""
        assert cookies.as_dict(NOW + seconds) == {}

    @pytest.mark.parametrize(
        "attributes",
        [
            "",
            "Max-Age=",
            "Max-Age=1.5",
            "Max-Age=٣",
            "Expires=",
            "Expires=never",
            "Expires=Mon, 32 Nov 2026 12:00:00 GMT",
        ],
    )
    def test_does_not_come_without_a_date(self, attributes: str) -> None:
        assert sent(jar(f"a=1; {attributes}"), now=NOW + 1e9) == "a=1"

    @pytest.mark.parametrize("attributes", ["Max-Age=0", "Max-Age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"])
    def test_in_the_past_removes_a_cookie(self, attributes: str) -> None:
        cookies = jar("a=1; Path=/", "b=2; Path=/")
        receive(cookies, f"a=; Path=/; {attributes}")

        assert sent(cookies) == "b=2"

    @given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive ones
    def test_is_reckoned_as_the_calendar_has_it(self, moment: datetime) -> None:
        moment = moment.replace(microsecond=0, tzinfo=UTC)
        cookies = Cookies()
        receive(cookies, f"a=1; Expires={moment:%a, %d %b %Y %H:%M:%S} GMT", now=0.0)

        assert sent(cookies, now=moment.timestamp() - 1) == "a=1"
        assert sent(cookies, now=moment.timestamp()) == ""


class TestLimits:
    def test_the_oldest_goes(self) -> None:
        cookies = jar(*(f"a{number}={number}" for number in range(MAX_COOKIES + 1)))

        assert [*cookies.as_dict(NOW)] == [f"a{number}" for number in range(1, MAX_COOKIES + 1)]

    def test_those_that_have_ended_go_first(self) -> None:
        cookies = jar("old=1", "short=1; Max-Age=10")
        receive(cookies, *(f"a{number}={number}" for number in range(MAX_COOKIES - 1)), now=NOW + 20)

        assert "old" in cookies.as_dict(NOW + 20)

    def test_the_header_is_no_longer_than_a_line(self) -> None:
        cookies = jar(*(f"a{number}={'x' * 1000}" for number in range(20)))

        assert 6000 < len("Cookie: " + sent(cookies)) <= MAX_LINE_SIZE


def test_they_are_listed_and_forgotten() -> None:
    cookies = jar("a=1")
    receive(cookies, "b=2", url="ws://other.example/")
    assert cookies.as_dict(NOW) == {"a": "1", "b": "2"}

    cookies.clear()

    assert cookies.as_dict(NOW) == {}


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=80))
def test_any_line_is_kept_or_ignored(line: str) -> None:
    assert "\n" not in sent(jar(line))


@pytest.mark.parametrize(("domain", "is_kept"), [("127.0.0.1", True), (".0.0.1", False), ("1", False)])
def test_a_numeric_host_is_below_no_other(domain: str, is_kept: bool) -> None:
    url = "ws://127.0.0.1:9080/"
    assert bool(sent(jar(f"a=1; Domain={domain}", url=url), url)) is is_kept
