"""Tests SOCKS5 and SOCKS4a with the answers of real proxies.

They arrive byte by byte, and with what follows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.every_way import every_way
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.socks import Socks4Tunnel, Socks5Tunnel, check_credentials
from wsclient.protocol.tunnel import Target, Tunnelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.tunnel import Tunnel

NAME = Target("game.example", 9000)
CREDENTIALS = ("user", "p@ss")
CONNECT_NAME = b"\5\1\0\3\x0cgame.example\x23\x28"
YES = b"\5\0\0\1\0\0\0\0\0\0"


def plain() -> Tunnel:
    return Socks5Tunnel("proxy.example:1080", NAME)


def known() -> Tunnel:
    return Socks5Tunnel("proxy.example:1080", NAME, credentials=CREDENTIALS)


def socks4() -> Tunnel:
    return Socks4Tunnel("proxy.example:1080", NAME)


def outcome(make: Callable[[], Tunnel], pieces: list[bytes]) -> list[object]:
    """Returns each message of ours, then the verdict, and each byte after a yes."""
    attempt = make()
    told: list[object] = [attempt.next_message()]
    for number, piece in enumerate(pieces, start=1):
        verdict = attempt.receive_data(piece)
        told += [message] if (message := attempt.next_message()) and not verdict else []
        if isinstance(verdict, Tunnelled):
            return [Tunnelled(), *verdict.trailing_data, *b"".join(pieces[number:])]
        if verdict:
            return [verdict]
    return [attempt.receive_eof()]


def failed(data: bytes, make: Callable[[], Tunnel] = plain) -> Failure:
    [verdict] = every_way(partial(outcome, make), data)
    assert isinstance(verdict, Failure)
    assert verdict.stage is Stage.PROXY
    assert verdict.detail.startswith("the proxy proxy.example:1080 ")
    assert "p@ss" not in repr(verdict)
    return verdict


def talk(tunnel: Tunnel, *answers: bytes) -> list[bytes]:
    """Returns our messages, one before each answer and one after the last."""
    messages = [tunnel.next_message()]
    for answer in answers:
        assert tunnel.receive_data(answer) is None
        messages.append(tunnel.next_message())
    return messages


class TestSocks5Messages:
    def test_offer_no_login_without_credentials(self) -> None:
        assert talk(plain(), b"\5\0") == [b"\5\1\0", CONNECT_NAME]

    def test_offer_only_the_password_with_credentials(self) -> None:
        assert talk(known(), b"\5\2", b"\1\0") == [b"\5\1\2", b"\1\4user\4p@ss", CONNECT_NAME]

    def test_leave_the_password_out_if_the_proxy_does_not_want_it(self) -> None:  # pproxy
        assert talk(known(), b"\5\0") == [b"\5\1\2", CONNECT_NAME]

    def test_wait_for_the_whole_answer(self) -> None:
        assert talk(known(), b"\5", b"\2", b"\1", b"\0") == [b"\5\1\2", b"", b"\1\4user\4p@ss", b"", CONNECT_NAME]

    @pytest.mark.parametrize(
        ("host", "address"),
        [
            pytest.param("192.0.2.7", b"\1\xc0\0\2\7", id="ipv4"),
            pytest.param("2001:db8::1", b"\4\x20\1\x0d\xb8" + bytes(11) + b"\1", id="ipv6"),
            pytest.param("fe80::1%eth0", b"\4\xfe\x80" + bytes(13) + b"\1", id="zone"),
            pytest.param("127.1", b"\3\x05127.1", id="name-of-digits"),
            pytest.param("x" * 253, b"\3\xfd" + b"x" * 253, id="long-name"),
        ],
    )
    def test_name_the_target(self, host: str, address: bytes) -> None:
        tunnel = Socks5Tunnel("p:1", Target(host, 80))

        assert talk(tunnel, b"\5\0")[1] == b"\5\1\0" + address + b"\0\x50"

    def test_have_credentials_as_utf_8(self) -> None:
        tunnel = Socks5Tunnel("p:1", NAME, credentials=("ü", "x" * 255))

        assert talk(tunnel, b"\5\2")[1] == b"\1\2\xc3\xbc\xff" + b"x" * 255

    @pytest.mark.parametrize("credentials", [("", "x"), ("x", ""), ("x" * 256, "x"), ("x", "ü" * 128)])
    def test_cannot_have_empty_or_long_credentials(self, credentials: tuple[str, str]) -> None:
        with pytest.raises(InvalidArgument, match="1-255 bytes"):
            check_credentials(*credentials)
        with pytest.raises(InvalidArgument):
            Socks5Tunnel("p:1", NAME, credentials=credentials)

    @pytest.mark.parametrize("host", ["", "x" * 256])
    def test_cannot_send_invalid_names(self, host: str) -> None:
        with pytest.raises(InvalidArgument, match="1-255 bytes"):
            Socks5Tunnel("p:1", Target(host, 80))


@pytest.mark.parametrize(
    ("make", "answers"),
    [
        pytest.param(plain, b"\5\0" + YES, id="microsocks-openssh"),
        pytest.param(plain, b"\5\0\5\0\0\1\xc0\0\2\7\x23\x28", id="danted"),
        pytest.param(plain, b"\5\0\5\0\0\3\x04host\0\x50", id="pproxy-with-a-name"),
        pytest.param(plain, b"\5\0\5\0\0\3\0\0\x50", id="an-empty-name"),
        pytest.param(plain, b"\5\0\5\0\0\4" + bytes(18), id="ipv6"),
        pytest.param(known, b"\5\2\1\0" + YES, id="with-a-password"),
        pytest.param(known, b"\5\0" + YES, id="without-the-password-that-was-offered"),
        pytest.param(socks4, b"\0\x5a\0\0\0\0\0\0", id="socks4"),
        pytest.param(socks4, b"\0\x5a\x23\x28\xc0\0\2\7", id="socks4-with-an-address"),
    ],
)
def test_a_yes_opens_the_tunnel_and_later_data_belongs_to_it(make: Callable[[], Tunnel], answers: bytes) -> None:
    assert every_way(partial(outcome, make), answers, tail=b"\x16\x03\x01hello") == [Tunnelled()]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(1, "could not reach game.example:9000 (general failure; some say so of", id="01"),
        pytest.param(2, "does not allow game.example:9000 (by its rules)", id="02"),
        pytest.param(3, "could not reach game.example:9000 (its network is unreachable from there)", id="03"),
        pytest.param(4, "could not reach game.example:9000 (the host is unreachable or unknown there)", id="04"),
        pytest.param(5, "could not reach game.example:9000 (the connection was refused)", id="05"),
        pytest.param(6, "could not reach game.example:9000 (the way there is too long)", id="06"),
        pytest.param(7, "does not know the command to connect", id="07"),
        pytest.param(8, "does not take an address of the kind of game.example:9000", id="08"),
        pytest.param(9, "could not reach game.example:9000 (answer 9)", id="09"),
        pytest.param(255, "could not reach game.example:9000 (answer 255)", id="ff"),
    ],
)
@pytest.mark.parametrize(
    "rest", [b"\0\1\0\0\0\0\0\0", b"\0\3\x04host\0\x50", b""], ids=["address", "danted-name", "cut"]
)
def test_a_no_is_explained(answer: int, words: str, rest: bytes) -> None:
    failure = failed(b"\5\0\5" + bytes((answer,)) + rest)

    assert failure.detail.startswith(f"the proxy proxy.example:1080 {words}")
    assert failure.kind is FailureKind.PROXY
    assert failure.hint


@pytest.mark.parametrize(
    ("make", "answers", "words"),
    [
        pytest.param(plain, b"\5\xff", "wants a user name and password", id="none-given"),
        pytest.param(plain, b"\5\2", "wants a user name and password", id="none-given-02"),
        pytest.param(known, b"\5\xff", "does not take a user name and password", id="method-unknown"),
        pytest.param(known, b"\5\2\1\1", "did not accept the user name and password", id="danted"),
        pytest.param(known, b"\5\2\1\2", "did not accept the user name and password", id="microsocks"),
        pytest.param(known, b"\5\2\5\0", "did not accept the user name and password", id="odd-version"),
    ],
)
def test_missing_or_wrong_credentials_are_reported(make: Callable[[], Tunnel], answers: bytes, words: str) -> None:
    failure = failed(answers, make)

    assert failure.detail.endswith(words)
    assert failure.kind is FailureKind.PROXY_CREDENTIALS
    assert 'proxy = "socks5://user:password@host:port"' in failure.hint


@pytest.mark.parametrize(
    ("make", "data", "words"),
    [
        pytest.param(plain, b"", "closed without an answer", id="nothing"),
        pytest.param(plain, b"\5\0", "closed without an answer", id="openssh-without-an-answer-to-connect"),
        pytest.param(plain, b"\5\0\5\0\0\1", "closed in the middle of its answer", id="half-an-answer"),
        pytest.param(plain, b"HTTP/1.1 400 Bad Request\r\n", "speaks HTTP", id="http"),
        pytest.param(plain, b"\0\x5b", "speaks SOCKS4", id="socks4"),
        pytest.param(plain, b"\x15\x03\x03", "speaks TLS", id="tls"),
        pytest.param(plain, b"\x1b[2J", r"is no SOCKS5 proxy: its answer starts with '\x1b'", id="garbage"),
        pytest.param(plain, b"\5\1", "wants a way to log in that was not offered (method 1)", id="gssapi"),
        pytest.param(plain, b"\5\0\4\0", "is no SOCKS5 proxy", id="another-version-later"),
        pytest.param(plain, b"\5\0\5\0\0\2\0", "breaks SOCKS5: its answer has an address of kind 2", id="odd-address"),
        pytest.param(socks4, b"", "closed without an answer", id="socks4-nothing"),
        pytest.param(socks4, b"\0\x5a\0", "closed in the middle of its answer", id="socks4-half"),
        pytest.param(socks4, b"\5\xff", "speaks SOCKS", id="socks4-microsocks"),
        pytest.param(socks4, b"HTTP/1.1 400 ", "speaks HTTP", id="socks4-http"),
        pytest.param(socks4, b"x", "is no SOCKS4 proxy: its answer starts with 'x'", id="socks4-garbage"),
        pytest.param(socks4, b"\0\x5b\0\0\0\0\0\0", "could not reach game.example:9000 (it refused", id="socks4-5b"),
        pytest.param(socks4, b"\0\x5c\0\0\0\0\0\0", "does not allow game.example:9000 (answer 92", id="socks4-5c"),
        pytest.param(socks4, b"\0\x5d\0\0\0\0\0\0", "does not allow game.example:9000 (answer 93", id="socks4-5d"),
    ],
)
def test_other_answers_than_yes_are_explained(make: Callable[[], Tunnel], data: bytes, words: str) -> None:
    assert failed(data, make).detail.startswith(f"the proxy proxy.example:1080 {words}")


class TestSocks4Message:
    def test_has_a_name_after_an_impossible_address(self) -> None:
        assert socks4().next_message() == b"\4\1\x23\x28\0\0\0\1\0game.example\0"

    def test_has_an_ipv4_address_as_socks4_did(self) -> None:
        tunnel = Socks4Tunnel("p:1", Target("192.0.2.7", 80), username="me")

        assert tunnel.next_message() == b"\4\1\0\x50\xc0\0\2\7me\0"

    def test_cannot_have_an_ipv6_address(self) -> None:
        with pytest.raises(InvalidArgument, match="IPv6"):
            Socks4Tunnel("p:1", Target("::1", 80))

    def test_cannot_have_a_zero_in_the_user_name(self) -> None:
        with pytest.raises(InvalidArgument, match="none of them zero"):
            Socks4Tunnel("p:1", NAME, username="a\0b")


@given(
    st.sampled_from([plain, known, socks4]),
    st.binary(max_size=40) | st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 90])).map(bytes),
)
def test_any_answer_means_the_same_in_any_pieces(make: Callable[[], Tunnel], data: bytes) -> None:
    verdict, *_ = every_way(partial(outcome, make), data)

    assert isinstance(verdict, Tunnelled | Failure)
