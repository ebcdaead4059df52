"""URLs as callers write them (api.md 3, RFC 6455 section 3, hostile.md H06)."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.url import MAX_URL_LENGTH, URL


@pytest.mark.parametrize(
    ("text", "is_secure", "host", "port", "resource_name"),
    [
        pytest.param("ws://example.com/chat", False, "example.com", 80, "/chat", id="ws"),
        pytest.param("wss://example.com/chat", True, "example.com", 443, "/chat", id="wss"),
        pytest.param("WSS://example.com", True, "example.com", 443, "/", id="scheme-in-any-case"),
        pytest.param("wS://Example.COM/Chat", False, "example.com", 80, "/Chat", id="host-lower-path-kept"),
        pytest.param("localhost", False, "localhost", 80, "/", id="no-scheme-host-alone"),
        pytest.param("h:9000/x", False, "h", 9000, "/x", id="no-scheme-port"),
        pytest.param("h/?to=http://x", False, "h", 80, "/?to=http://x", id="no-scheme-but-one-in-the-query"),
        pytest.param("ws://h:1/", False, "h", 1, "/", id="port-1"),
        pytest.param("ws://h:65535/", False, "h", 65535, "/", id="port-65535"),
        pytest.param("ws://h:0080/", False, "h", 80, "/", id="port-leading-zeros"),
        pytest.param("ws:9000/x", False, "ws", 9000, "/x", id="E4-a-host-of-that-name"),
        pytest.param("ws://h:/x", False, "h", 80, "/x", id="port-empty"),
        pytest.param("wss://h:80/", True, "h", 80, "/", id="port-of-the-other-scheme"),
        pytest.param("ws://h?x=1", False, "h", 80, "/?x=1", id="query-without-slash"),
        pytest.param("ws://h/p?x=1&y=?", False, "h", 80, "/p?x=1&y=?", id="query"),
        pytest.param("ws://h/?", False, "h", 80, "/", id="query-empty"),
        pytest.param("ws://h/p#f?x", False, "h", 80, "/p", id="fragment-dropped"),
        pytest.param("ws://h#f", False, "h", 80, "/", id="fragment-behind-the-host"),
        pytest.param("ws://h/a%20b/%zz", False, "h", 80, "/a%20b/%zz", id="percent-encoding-kept"),
        pytest.param("ws://h/ä?ö=€", False, "h", 80, "/%C3%A4?%C3%B6=%E2%82%AC", id="non-ascii-encoded"),
        pytest.param('ws://h/<"{|}^`>', False, "h", 80, "/%3C%22%7B%7C%7D%5E%60%3E", id="no-uri-character-encoded"),
        pytest.param("ws://h/a/../b;c,d@e:f", False, "h", 80, "/a/../b;c,d@e:f", id="path-kept"),
        pytest.param("ws://h//", False, "h", 80, "//", id="two-slashes"),
        pytest.param("ws://1.2.3.4:5/", False, "1.2.3.4", 5, "/", id="ipv4"),
        pytest.param("ws://[::1]:9000/", False, "::1", 9000, "/", id="ipv6"),
        pytest.param("[::1]", False, "::1", 80, "/", id="ipv6-no-scheme"),
        pytest.param("wss://[FE80:0:0::00A1]/", True, "fe80::a1", 443, "/", id="ipv6-canonical"),
        pytest.param("ws://[fe80::1%25eth0]/", False, "fe80::1%eth0", 80, "/", id="ipv6-zone-rfc6874"),
        pytest.param("ws://[fe80::1%Wi_Fi.2]/", False, "fe80::1%Wi_Fi.2", 80, "/", id="ipv6-zone-as-people-write-it"),
        pytest.param("ws://bücher.example/", False, "xn--bcher-kva.example", 80, "/", id="idna"),
        pytest.param("ws://BÜCHER。example/", False, "xn--bcher-kva.example", 80, "/", id="idna-case-and-full-stop"),
        pytest.param("ws://\uff11\uff12\uff17.0.0.1/", False, "127.0.0.1", 80, "/", id="idna-wide-digits"),
        pytest.param("ws://a_b-c.d/", False, "a_b-c.d", 80, "/", id="underscore"),
        pytest.param("ws://example.com./", False, "example.com.", 80, "/", id="dot-at-the-end"),
        pytest.param("ws://127.1/", False, "127.1", 80, "/", id="short-ipv4-left-to-the-resolver"),
        pytest.param("ws://4.3.2.1.in-addr.arpa/", False, "4.3.2.1.in-addr.arpa", 80, "/", id="numbers-in-a-name"),
        pytest.param(f"ws://{'a' * 63}.b/", False, "a" * 63 + ".b", 80, "/", id="label-63"),
        pytest.param("ws://" + "a." * 126 + "a", False, "a." * 126 + "a", 80, "/", id="host-253"),
        pytest.param("ws://" + "a." * 127, False, "a." * 127, 80, "/", id="host-253-and-a-dot"),
    ],
)
def test_reads(text: str, is_secure: bool, host: str, port: int, resource_name: str) -> None:
    assert URL.parse(text) == URL(is_secure, host, port, resource_name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "the host is empty", id="nothing"),
        pytest.param("ws://", "the host is empty", id="H06-host-empty"),
        pytest.param("ws:///x", "the host is empty", id="H06-host-empty-with-path"),
        pytest.param("ws://:80", "the host is empty", id="host-empty-with-port"),
        pytest.param("ws://u@/", "the host is empty", id="host-empty-with-user"),
        pytest.param("//h/x", "the host is empty", id="no-scheme-but-its-slashes"),
        pytest.param("ws://h\r\nX: y", r"the character '\r' at position 6", id="H06-cr"),
        pytest.param("ws://h/\n", r"the character '\n' at position 7", id="H06-lf"),
        pytest.param("ws://h/\0", r"the character '\x00'", id="H06-nul"),
        pytest.param(" ws://h/", "the character ' ' at position 0", id="H06-space-first"),
        pytest.param("ws://h/a b", "the character ' ' at position 8", id="H06-space"),
        pytest.param("ws://h\\x", r"the character '\\'", id="H06-backslash"),
        pytest.param("ws://h/#a b", "the character ' '", id="H06-space-in-the-fragment"),
        pytest.param("ws://h/\x7f", r"the character '\x7f'", id="del"),
        pytest.param("ws://h/\x85", r"the character '\x85'", id="c1"),
        pytest.param("ws://h/\u2028", r"the character '\u2028'", id="line-separator"),
        pytest.param("ws://h/\u3000", r"the character '\u3000'", id="wide-space"),
        pytest.param("ws://h/\ud800", r"the character '\ud800'", id="lone-surrogate"),
        pytest.param("ws://h:0", "port 0 is not in 1-65535", id="H06-port-0"),
        pytest.param("ws://h:65536", "port 65536 is not in 1-65535", id="H06-port-65536"),
        pytest.param("ws://h:-42", "port -42 is not in 1-65535", id="H06-port-negative"),
        pytest.param("ws://h:abc", "port abc is not in 1-65535", id="H06-port-letters"),
        pytest.param("ws://h:+80", "port +80 is not in 1-65535", id="port-sign"),
        pytest.param("ws://h:8_0", "port 8_0 is not in 1-65535", id="port-underscore"),
        pytest.param("ws://h:٨٠", "port ٨٠ is not in 1-65535", id="port-other-digits"),
        pytest.param("ws://h:" + "9" * 5000, "is not in 1-65535", id="port-too-long-for-int"),
        pytest.param("ws://[::1]:x", "port x is not in 1-65535", id="port-behind-ipv6"),
        pytest.param("h:", "there is no port", id="colon-without-a-port"),
        pytest.param("ws:x", "followed by ://", id="half-a-scheme"),
        pytest.param("h:", "no port", id="no-scheme-port-empty"),
        pytest.param("http://h/", "http:// is not a WebSocket URL: use ws://", id="H06-http"),
        pytest.param("HTTPS://h/", "HTTPS:// is not a WebSocket URL: use wss://", id="H06-https"),
        pytest.param("ftp://h/", "ftp:// is not a WebSocket URL: use ws:// or wss://", id="H06-another-scheme"),
        pytest.param("ws://::1/", "an IPv6 address stands in brackets", id="ipv6-without-brackets"),
        pytest.param("ws://[::1/", "an IPv6 address stands in brackets", id="ipv6-bracket-not-closed"),
        pytest.param("ws://[::1]x/", "host [::1]x is not an IPv6 address", id="ipv6-more-behind"),
        pytest.param("ws://[::1]]/", "host [::1]] is not an IPv6 address", id="ipv6-two-brackets"),
        pytest.param("ws://x[::1]/", "host x[::1] has a character", id="ipv6-more-before"),
        pytest.param("ws://[::g]/", "host [::g] is not an IPv6 address", id="ipv6-letters"),
        pytest.param("ws://[1.2.3.4]/", "host [1.2.3.4] is not an IPv6 address", id="ipv4-in-brackets"),
        pytest.param("ws://[]/", "host [] is not an IPv6 address", id="ipv6-empty"),
        pytest.param("ws://[fe80::1%25]/", "zone", id="ipv6-zone-empty"),
        pytest.param("ws://[fe80::1%a%b]/", "zone", id="ipv6-zone-strange"),
        pytest.param("ws://256.1.1.1/", "host 256.1.1.1 is not an IPv4 address", id="ipv4-too-big"),
        pytest.param("ws://1.2.3.4.5/", "host 1.2.3.4.5 is not an IPv4 address", id="ipv4-too-long"),
        pytest.param("ws://010.0.0.1/", "host 010.0.0.1 is not an IPv4 address", id="ipv4-octal"),
        pytest.param("ws://a..b/", "host a..b has a label", id="G01-label-empty"),
        pytest.param("ws://./", "host . has a label", id="dot-alone"),
        pytest.param("ws://.a/", "host .a has a label", id="dot-first"),
        pytest.param("ws://a../", "host a.. has a label", id="two-dots-at-the-end"),
        pytest.param(f"ws://{'a' * 64}/", "has a label that is not 1-63", id="G01-label-64"),
        pytest.param("ws://" + "a." * 127 + "a", "the host is 255 characters long", id="host-255"),
        pytest.param("ws://" + "a." * 126 + "aa", "has a label", id="host-254"),
        pytest.param("ws://" + "ü." * 100 + "ü", "has a label", id="host-too-long-once-encoded"),
        pytest.param("ws://" + "ü" * 63, "has a label that is not 1-63 characters long", id="idna-label-too-long"),
        pytest.param("ws://ü..b", "has a label that is not 1-63 characters long", id="idna-label-empty"),
        pytest.param("ws:example.com", "a scheme is followed by ://", id="E4-ws"),
        pytest.param("wss:/example.com", "a scheme is followed by ://", id="E4-one-slash"),
        pytest.param("HTTP:example.com:80", "a scheme is followed by ://", id="E4-http"),
        pytest.param("mailto:a@b.example", "a scheme is followed by ://", id="E4-mailto"),
        pytest.param("about:blank", "a scheme is followed by ://", id="E4-about"),
        pytest.param("ws:", "a scheme is followed by ://", id="E4-nothing-else"),
        pytest.param("ws://℀.example", "has a character that no host name has", id="idna-hides-a-slash"),
        pytest.param("ws://h%41/", "host h%41 has a character", id="percent-in-the-host"),
        pytest.param("ws://a,b/", "host a,b has a character", id="comma-in-the-host"),
        pytest.param("ws://u%0d%0a:p@h/", "the user name or password has a control character", id="user-crlf"),
        pytest.param("ws://u:p%00@h/", "the user name or password has a control character", id="password-nul"),
        pytest.param("ws://u%3Ax:p@h/", "the user name has a colon", id="user-colon"),
        pytest.param("ws://u:%ff@h/", "the user name or password is not UTF-8", id="password-not-utf-8"),
        pytest.param("ws://h/" + "a" * MAX_URL_LENGTH, "the URL is 8199 characters long", id="too-long"),
        pytest.param("ws://h/" + "é" * 4000, "path and query are 24001 bytes long", id="too-long-once-encoded"),
    ],
)
def test_refuses_and_names_the_part(text: str, message: str) -> None:
    with pytest.raises(InvalidArgument, match=re.escape(message)):
        URL.parse(text)


def test_a_url_may_have_8_kib_and_no_character_more() -> None:
    path = "/" + "a" * (MAX_URL_LENGTH - len("ws://h/"))

    assert URL.parse("ws://h" + path).resource_name == path
    with pytest.raises(InvalidArgument, match="the URL is 8193 characters long"):
        URL.parse("ws://h" + path + "a")


@pytest.mark.parametrize("value", [None, b"ws://h/", 7, ["ws://h/"]], ids=["none", "bytes", "int", "list"])
def test_other_types_than_str_are_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match="the URL must be a str"):
        URL.parse(value)  # type: ignore[arg-type]  # the wrong type is the point


@pytest.mark.parametrize(
    ("text", "username", "password", "credentials"),
    [
        pytest.param("ws://user:pass@h/", "user", "pass", b"user:pass", id="both"),
        pytest.param("user:pass@h:9000", "user", "pass", b"user:pass", id="no-scheme"),
        pytest.param("ws://user@h/", "user", "", b"user:", id="user-alone"),
        pytest.param("ws://:key@h/", "", "key", b":key", id="password-alone"),
        pytest.param("ws://u:p%40s%2Fs%3as@h/", "u", "p@s/s:s", b"u:p@s/s:s", id="percent-decoded"),
        pytest.param("ws://u:a:b@h/", "u", "a:b", b"u:a:b", id="colon-in-the-password"),
        pytest.param("ws://u:a@b@h/", "u", "a@b", b"u:a@b", id="the-last-at-sign-counts"),
        pytest.param("ws://ü:%C3%B6@h/", "ü", "ö", "ü:ö".encode(), id="utf-8"),
    ],
)
def test_user_information_becomes_basic_authorization(
    text: str, username: str, password: str, credentials: bytes
) -> None:
    url = URL.parse(text)

    assert (url.host, url.username, url.password) == ("h", username, password)
    assert url.authorization == "Basic " + base64.b64encode(credentials).decode()


@pytest.mark.parametrize("text", ["ws://h/", "ws://@h/", "ws://h/user:pass@x"], ids=["none", "empty", "in-the-path"])
def test_without_user_information_there_is_no_authorization(text: str) -> None:
    assert URL.parse(text).authorization is None


@pytest.mark.parametrize(
    ("text", "header"),
    [
        pytest.param("ws://h:80/", "h", id="ws-default"),
        pytest.param("wss://h:443/", "h", id="wss-default"),
        pytest.param("ws://h:443/", "h:443", id="ws-443"),
        pytest.param("wss://h:80/", "h:80", id="wss-80"),
        pytest.param("ws://[::1]/", "[::1]", id="ipv6"),
        pytest.param("ws://[::1]:9000/", "[::1]:9000", id="ipv6-port"),
        pytest.param("ws://[fe80::1%25eth0]:9/", "[fe80::1]:9", id="no-zone"),
        pytest.param("ws://u:p@ü.example:9/", "xn--tda.example:9", id="idna-no-user"),
    ],
)
def test_the_host_header_has_brackets_and_only_other_ports(text: str, header: str) -> None:
    assert URL.parse(text).host_header == header


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("ws://user:secret@h/", "ws://h/", id="I02-user-information"),
        pytest.param("wss://h/x?token=secret&n=1", "wss://h/x?token=***&n=***", id="I02-query-values"),
        pytest.param("ws://h/?secret", "ws://h/?***", id="I02-query-without-a-name"),
        pytest.param("ws://h/?a=secret=x", "ws://h/?a=***", id="I02-query-two-equals"),
        pytest.param("wss://[::1]:9000/x", "wss://[::1]:9000/x", id="ipv6-port"),
        pytest.param("ws://h:80", "ws://h/", id="default-port"),
    ],
)
def test_shows_no_secrets(text: str, shown: str) -> None:
    url = URL.parse(text)

    assert str(url) == f"{url}" == shown
    assert repr(url) == f"<URL {shown}>"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ws://user:5ecret/x@h", id="slash"),
        pytest.param("ws://user:5ecret?x@h", id="question-mark"),
        pytest.param("ws://user:5ecret#x@h", id="number-sign"),
        pytest.param("ws://5ecret,/x@h", id="in-front-of-a-slash"),
        pytest.param("ws://user:5ecret%00@h", id="control"),
        pytest.param("ws://user:5ecret%ff@h", id="not-utf-8"),
        pytest.param("ws://user%3a5ecret@h", id="colon"),
        pytest.param("ws://user:5ecret@h:0", id="port"),
        pytest.param("ws://user:5ecret@a..b", id="host"),
        pytest.param("ws://user:5ecret @h", id="space"),
    ],
)
def test_a_refusal_never_quotes_user_information(text: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        URL.parse(text)

    assert "5ecret" not in str(refusal.value)


def test_a_cause_with_the_secret_in_it_is_not_chained() -> None:
    with pytest.raises(InvalidArgument) as refusal:
        URL.parse("ws://user:%ff5ecret@h")

    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


@given(st.text(alphabet=st.characters()) | st.from_regex(r"(wss?://)?[^ ]{0,80}", fullmatch=True))
@example("ws://[::1%]/")
@example("ws://xn--a/")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        url = URL.parse(text)
    except InvalidArgument:
        return
    wire = url.resource_name + url.host_header
    assert wire.isascii()
    assert wire.isprintable()
    assert " " not in wire
    assert url.resource_name.startswith("/")
    assert 1 <= url.port <= 65535


@given(
    st.booleans(),
    st.sampled_from(["h", "example.com", "1.2.3.4", "[::1]", "[fe80::2%25eth0]", "xn--bcher-kva.example"]),
    st.integers(min_value=1, max_value=65535),
    st.from_regex(r"(/[a-z0-9%._~-]{0,9}){1,3}(\?[a-z=&]{1,9})?", fullmatch=True),
)
def test_a_url_of_any_parts_is_parsed_into_them(is_secure: bool, host: str, port: int, resource_name: str) -> None:
    url = URL.parse(f"{'wss' if is_secure else 'ws'}://{host}:{port}{resource_name}")

    assert (url.is_secure, url.port, url.resource_name) == (is_secure, port, resource_name)
    assert url.host == host.strip("[]").replace("%25", "%")


# Unix domain sockets


@pytest.mark.parametrize(
    ("text", "path", "resource"),
    [
        pytest.param("ws+unix:///run/game.sock:/room?id=7", "/run/game.sock", "/room?id=7", id="resource"),
        pytest.param("WS+UNIX:///run/game.sock", "/run/game.sock", "/", id="no-resource"),
        pytest.param("ws+unix:///run/game.sock:", "/run/game.sock", "/", id="colon-alone"),
        pytest.param("ws+unix:///run/game.sock:?id=7", "/run/game.sock", "/?id=7", id="query-alone"),
        pytest.param("ws+unix:///run/a%3Ab%20c.sock:/x:y", "/run/a:b c.sock", "/x:y", id="encoded"),
        pytest.param("ws+unix:///run/\u00fc.sock#part", "/run/\u00fc.sock", "/", id="fragment"),
    ],
)
def test_a_unix_socket_has_a_path_and_a_resource(text: str, path: str, resource: str) -> None:
    url = URL.parse(text)

    assert (url.socket_path, url.resource_name, url.host_header) == (path, resource, "localhost")
    assert URL.parse(str(url)).socket_path == path
    assert "7" not in str(url)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ws+unix://", id="nothing"),
        pytest.param("ws+unix://host/game.sock", id="host"),
        pytest.param("ws+unix:/run/game.sock", id="one-slash"),
        pytest.param("ws+unix:///run/game.sock:room", id="relative-resource"),
        pytest.param("ws+unix:///run/game.sock?id=7:/x", id="query-in-the-path"),
        pytest.param("ws+unix:///run/%00", id="zero"),
        pytest.param("ws+unix:///run/%ff", id="not-utf-8"),
        pytest.param("wss+unix:///run/game.sock", id="tls"),
    ],
)
def test_a_unix_socket_without_a_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        URL.parse(text)
