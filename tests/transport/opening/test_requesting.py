from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_network import FakeNetwork, FakeResolver, addresses
from tests.support.memory_stream import MemoryStream
from tests.support.openings import attempt
from tests.support.scripted_server import ScriptedServer
from wsclient.protocol.connection import Role
from wsclient.protocol.cookies import Cookies
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.transport.descriptor import Descriptor
from wsclient.transport.opening.course import first_phase
from wsclient.transport.opening.milestones import Established, Reached
from wsclient.transport.opening.opening import Opening
from wsclient.transport.opening.requesting import Requesting
from wsclient.transport.opening.resolver import Resolved


def test_sends_the_request_and_waits_for_the_reply() -> None:
    here, there = MemoryStream.pair()
    phase = Requesting(Reached(attempt(), here))
    assert phase.step(0.0) is None
    server = ScriptedServer(there)
    server.step()
    server.accept(behind=b"\x81\x00")
    outcome = phase.step(0.0)
    assert isinstance(outcome, Established)
    assert outcome.replace(response_headers=()) == Established(here, Role.CLIENT, Opened(""), b"\x81\x00", None)
    assert ("Upgrade", "websocket") in outcome.response_headers


def test_knows_a_refusal_before_its_page_is_there() -> None:
    here, there = MemoryStream.pair()
    phase = Requesting(Reached(attempt(), here))
    assert phase.step(0.0) is None
    assert phase.refusal is None
    there.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\nno")
    assert phase.step(0.0) is None
    assert phase.refusal is not None
    assert phase.refusal.http_status == 403


def test_does_not_read_right_after_sending() -> None:
    class Counting(MemoryStream):
        reads = 0

        def receive(self, max_bytes: int) -> bytes | None:
            self.reads += 1
            return super().receive(max_bytes)

    here, _ = Counting.pair()
    phase = Requesting(Reached(attempt(), here))
    phase.step(0.0)
    assert here.reads == 0
    phase.step(0.0)
    assert here.reads == 1


def test_waits_for_no_descriptor_while_the_stream_holds_more_of_the_reply() -> None:
    class Holding(MemoryStream):
        descriptor = Descriptor(7)
        has_more = False

    here, _ = Holding.pair()
    phase = Requesting(Reached(attempt(), here))
    phase.step(0.0)
    assert phase.descriptor is here.descriptor
    here.has_more = True
    assert phase.descriptor is None


def test_waits_for_no_descriptor_while_the_stream_holds_a_part_of_the_request() -> None:
    class Holding(MemoryStream):
        descriptor = Descriptor(7)
        held = 1

    here, _ = Holding.pair()
    phase = Requesting(Reached(attempt(), here))
    phase.step(0.0)

    assert phase.descriptor is None


@pytest.mark.hostile("B20")
def test_without_random_numbers_nothing_is_sent() -> None:
    def no_random_bytes(_: int) -> bytes:
        raise NotImplementedError("none")

    here, there = MemoryStream.pair()
    outside = FakeNetwork().outside(random_bytes=no_random_bytes)
    failure = Requesting(Reached(attempt(outside=outside), here)).step(0.0)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.SYSTEM
    assert not there.inbox


# Redirects


class Journey:
    """An attempt that servers send from one place to the next.

    All of them are at 192.0.2.1.
    """

    def __init__(self, url: str, headers: tuple[tuple[str, str], ...] = (), **options: Any) -> None:
        self.network = FakeNetwork()
        self.network.listen("192.0.2.1", "93.184.216.34")
        self.resolver = options.pop("resolver", None) or FakeResolver()
        started = attempt(url, network=self.network, resolver=self.resolver, headers=headers, **options)
        self.opening = Opening(first_phase(started))
        self.outcome: object = self.opening.step(0.0)

    def request(self) -> str:
        """Returns the request to the last server that was reached."""
        return bytes(self.network.accepted[-1].inbox).decode()

    def redirect(self, location: str, *lines: str, status: int = 302) -> None:
        """That server redirects."""
        head = "\r\n".join([f"HTTP/1.1 {status} Moved", f"Location: {location}", *lines, "Content-Length: 500", "", ""])
        self.network.accepted[-1].send(head.encode())
        self.outcome = self.opening.step(0.0)

    @property
    def failure(self) -> Failure:
        assert isinstance(self.outcome, Failure), self.outcome
        assert self.network.open_sockets == []
        return self.outcome


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "line", "host"),
    [
        pytest.param("/new?a=b", "GET /new?a=b HTTP/1.1", "game.example:81", id="path"),
        pytest.param("new", "GET /old/new HTTP/1.1", "game.example:81", id="relative"),
        pytest.param("//other.example/x", "GET /x HTTP/1.1", "other.example", id="host"),
        pytest.param("http://other.example/", "GET / HTTP/1.1", "other.example", id="http"),
        pytest.param("ws://other.example:9000/", "GET / HTTP/1.1", "other.example:9000", id="ws"),
    ],
)
def test_follows_a_redirect(status: int, location: str, line: str, host: str) -> None:
    journey = Journey("ws://game.example:81/old/", max_redirects=1)
    journey.redirect(location, status=status)

    request = journey.request()
    assert request.startswith(f"{line}\r\nHost: {host}\r\n")
    assert len(journey.network.open_sockets) == 1
    server = ScriptedServer(journey.network.accepted[-1])
    server.step()
    server.accept()
    assert isinstance(journey.opening.step(0.0), Established)


def test_follows_none_by_default() -> None:
    journey = Journey("ws://game.example/")
    journey.network.accepted[-1].send(
        b"HTTP/1.1 302 Found\r\nLocation: https://a.example/x\r\nContent-Length: 0\r\n\r\n"
    )
    journey.outcome = journey.opening.step(0.0)

    assert "it redirects to 'wss://a.example/x', and redirects are not followed" in journey.failure.detail


@pytest.mark.parametrize(
    ("url", "locations", "words"),
    [
        pytest.param("ws://a.example/", ["/x", "/"], "redirects in a circle, to ws://a.example/", id="circle"),
        pytest.param("ws://a.example/", ["/"], "redirects in a circle", id="itself"),
        pytest.param("ws://a.example/", ["/1", "/2", "/3"], "more than 2 times", id="one too many"),
        pytest.param("ws://a.example/", ["ftp://b.example/"], "no address of a WebSocket", id="scheme"),
        pytest.param("ws://a.example/", ["http://"], "an address that cannot be used", id="no host"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_a_failure_with_the_way_so_far(
    url: str, locations: list[str], words: str
) -> None:
    journey = Journey(url, max_redirects=2)
    for location in locations:
        journey.redirect(location)

    failure = journey.failure
    assert (failure.stage, failure.http_status) == (Stage.HANDSHAKE, 302)
    assert words in failure.detail
    assert "(ws://a.example/" in failure.detail


def test_secrets_stay_with_their_origin() -> None:
    headers = (("X-Api-Key", "k3y"), ("Cookie", "c00kie"), ("X-Level", "7"), ("Authorization", "s3cret"))
    journey = Journey("ws://a.example/", headers, max_redirects=2)
    journey.redirect("/same")
    assert all(value in journey.request() for _, value in headers)

    journey.redirect("ws://b.example/")

    request = journey.request()
    assert "X-Level: 7" in request
    assert not any(secret in request for secret in ("k3y", "c00kie", "s3cret"))


def test_the_password_of_the_url_stays_with_its_origin() -> None:
    journey = Journey("ws://me:secret@a.example/", max_redirects=2)
    journey.redirect("http://you:other@a.example/x")
    assert "Authorization: Basic bWU6c2VjcmV0" in journey.request()

    journey.redirect("http://you:other@b.example/x")

    assert "Authorization" not in journey.request()


def test_the_next_name_is_looked_up() -> None:
    journey = Journey("ws://a.example/", max_redirects=1)
    journey.redirect("ws://b.example:9000/")

    assert [str(asked.route.first) for asked in journey.resolver.asked] == ["a.example:80", "b.example:9000"]


def test_a_name_that_turns_out_to_be_private_is_not_gone_to() -> None:
    resolver = FakeResolver(Resolved(addresses("93.184.216.34")))
    journey = Journey("ws://a.example/", max_redirects=1, resolver=resolver)
    resolver.outcome = Resolved(addresses("192.168.0.1"))
    journey.redirect("ws://printer.example/")

    assert "redirects from the public network to 192.168.0.1, which is private" in journey.failure.detail
    assert len(journey.network.accepted) == 1


def test_all_redirects_together_have_one_deadline() -> None:
    journey = Journey("ws://a.example/", max_redirects=5)
    journey.redirect("/1")
    journey.redirect("/2")
    journey.outcome = journey.opening.step(10.1)

    assert journey.failure.kind is FailureKind.TIMEOUT


# Cookies


def test_cookies_of_a_redirect_are_sent_on_but_to_no_other_host() -> None:
    cookies = Cookies()
    journey = Journey("ws://a.example/", max_redirects=2, cookies=cookies)
    journey.redirect("/x", "Set-Cookie: SRV=s1; path=/", "set-cookie: sid=2")
    assert "\r\nCookie: SRV=s1; sid=2\r\n" in journey.request()

    journey.redirect("ws://b.example/")

    assert "Cookie" not in journey.request()


def test_cookies_of_a_101_are_kept_and_those_of_a_refusal_are_not() -> None:
    cookies = Cookies()
    journey = Journey("ws://a.example/", cookies=cookies)
    journey.network.accepted[-1].send(b"HTTP/1.1 403 No\r\nSet-Cookie: no=1\r\nContent-Length: 0\r\n\r\n")
    assert isinstance(journey.opening.step(0.0), Failure)
    assert cookies.as_dict(0.0) == {}

    journey = Journey("ws://a.example/", cookies=cookies)
    journey.network.accepted[-1].send(b"HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: yes=1\r\n\r\n")
    journey.opening.step(0.0)
    assert cookies.as_dict(0.0) == {"yes": "1"}


def test_a_cookie_of_the_users_own_counts_more() -> None:
    cookies = Cookies()
    journey = Journey("ws://a.example/", max_redirects=1, cookies=cookies, headers=(("cookie", "mine=1"),))
    journey.redirect("/x", "Set-Cookie: SRV=s1")

    assert "cookie: mine=1" in journey.request()
    assert "SRV" not in journey.request()


# The request


def test_headers_of_the_handshake_count_more_than_those_of_the_call() -> None:
    options = {"handshake_headers": (("x-token", "new"), ("X-More", "1"))}
    request = Journey("ws://a.example/", (("X-Token", "old"), ("X-Kept", "1")), **options).request()

    assert "x-token: new\r\nX-More: 1" in request
    assert "X-Kept: 1" in request
    assert "old" not in request


@pytest.mark.parametrize(("required", "is_open"), [(True, False), (False, True)])
def test_a_server_without_a_subprotocol_is_accepted_if_none_is_required(required: bool, is_open: bool) -> None:
    here, there = MemoryStream.pair()
    started = attempt(subprotocol_required=required)
    asking = started.replace(request=started.request.replace(subprotocols=("chat",)))
    phase = Requesting(Reached(asking, here))
    phase.step(0.0)
    server = ScriptedServer(there)
    server.step()
    server.accept()

    assert isinstance(phase.step(0.0), Established) is is_open
