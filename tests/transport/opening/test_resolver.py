from __future__ import annotations

import gc
import socket
import subprocess
import sys
import textwrap
import threading
import weakref
from types import ModuleType
from typing import Any

import pytest

from tests.support.fake_network import addresses
from tests.support.memory_stream import MemoryStream
from tests.support.threads import finish_lookups
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.proxy import Proxy
from wsclient.protocol.url import URL
from wsclient.transport.opening import resolver as module
from wsclient.transport.opening.environment import ProxyEnvironment
from wsclient.transport.opening.race import Address
from wsclient.transport.opening.resolver import (
    Lookup,
    Question,
    Resolved,
    Resolver,
    TlsOptions,
    known_at_once,
    numeric_address,
)
from wsclient.transport.opening.route import Place, Route

V4 = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))
V6 = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", 80, 0, 0))
BLUETOOTH = (31, socket.SOCK_STREAM, 6, "", "odd")


class FakeSystem:
    """A `getaddrinfo` that answers as the test wants.

    It never runs in the thread of the test.
    """

    def __init__(self, outcome: list[Any] | BaseException) -> None:
        self.outcome = outcome
        self.asked: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._owner = threading.get_ident()

    def __call__(self, *args: Any, **options: Any) -> list[Any]:
        assert threading.get_ident() != self._owner, "the lookup would block the game"
        self.asked.append((args, options))
        assert self.may_answer.wait(20)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


def finished(lookup: Lookup) -> Resolved | Failure:
    finish_lookups()
    assert lookup.outcome is not None
    return lookup.outcome


def failed(lookup: Lookup) -> Failure:
    outcome = finished(lookup)
    assert isinstance(outcome, Failure)
    return outcome


def asking(host: str, port: int, tls: TlsOptions | None) -> Question:
    """Returns the question of an attempt without a proxy."""
    return Question(Route((Place(host, port, is_secure=tls is not None),)), tls or TlsOptions())


def found(lookup: Lookup) -> Resolved:
    outcome = finished(lookup)
    assert isinstance(outcome, Resolved), outcome
    return outcome


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("192.0.2.1", Address(socket.AF_INET, ("192.0.2.1", 80)), id="IPv4"),
        pytest.param("::1", Address(socket.AF_INET6, ("::1", 80, 0, 0)), id="IPv6"),
        pytest.param("localhost", None, id="name"),
        pytest.param("127.1", None, id="short form"),
        pytest.param("fe80::1%lo", None, id="zone"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_recognizes_numeric_addresses(host: str, expected: Address | None) -> None:
    assert numeric_address(host, 80) == expected


def test_a_numeric_host_needs_no_lookup() -> None:
    assert known_at_once(asking("192.0.2.1", 80, None)) == Resolved(addresses("192.0.2.1"))


def test_a_name_needs_a_lookup() -> None:
    assert known_at_once(asking("game.example", 80, None)) is None


def test_a_numeric_host_needs_a_lookup_if_the_environment_may_have_a_proxy() -> None:
    assert known_at_once(asking("192.0.2.1", 80, None).replace(environment=ProxyEnvironment())) is None


def test_a_name_is_looked_up_in_a_thread() -> None:
    system = FakeSystem([V6, BLUETOOTH, V4])
    outcome = found(Resolver(system).start(asking("game.example", 80, None)))
    assert outcome == Resolved(addresses("2001:db8::1", "192.0.2.1"))
    assert system.asked == [
        (("game.example", 80), {"family": socket.AF_UNSPEC, "type": socket.SOCK_STREAM}),
    ]


def test_start_does_not_wait_for_an_answer() -> None:
    system = FakeSystem([V4])
    system.may_answer.clear()
    lookup = Resolver(system).start(asking("game.example", 80, None))
    assert lookup.outcome is None
    system.may_answer.set()
    assert isinstance(finished(lookup), Resolved)


@pytest.mark.hostile("G01")
@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        pytest.param(
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            FailureKind.NAME_NOT_FOUND,
            "name 'game.example' was not found (Name or service not known)",
            id="no such name",
        ),
        pytest.param(
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
            FailureKind.UNREACHABLE,
            "no name server answered for 'game.example' (Temporary failure in name resolution)",
            id="no answer",
        ),
        pytest.param(
            UnicodeError("label empty or too long"),
            FailureKind.NAME_NOT_FOUND,
            "name 'game.example' was not found (label empty or too long)",
            id="no possible name",
        ),
        pytest.param(MemoryError(), FailureKind.SYSTEM, "MemoryError", id="no memory"),
        pytest.param(OSError(24, "Too many open files"), FailureKind.SYSTEM, "Too many open files", id="no files"),
    ],
)
def test_any_failure_is_a_result(error: BaseException, kind: FailureKind, words: str) -> None:
    failure = failed(Resolver(FakeSystem(error)).start(asking("game.example", 80, None)))
    assert failure.stage is Stage.RESOLVE
    assert failure.kind is kind
    assert words in failure.detail
    assert failure.cause is error


@pytest.mark.hostile("G01")
@pytest.mark.parametrize("answers", [[], [BLUETOOTH]], ids=["none", "none of use"])
def test_a_name_without_addresses_is_a_failure(answers: list[Any]) -> None:
    failure = failed(Resolver(FakeSystem(answers)).start(asking("game.example", 80, None)))
    assert (failure.kind, failure.detail) == (FailureKind.NAME_NOT_FOUND, "name 'game.example' has no address")


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()])
def test_no_thread_is_a_failure(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    class Thread(threading.Thread):
        def start(self) -> None:
            raise error

    monkeypatch.setattr(module.threading, "Thread", Thread)
    outcome = Resolver(FakeSystem([V4])).start(asking("game.example", 80, None)).outcome
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.SYSTEM
    assert "no thread for the name lookup" in outcome.detail


@pytest.mark.hostile("G02")
def test_a_lookup_that_hangs_keeps_nothing_alive() -> None:
    system = FakeSystem([V4])
    system.may_answer.clear()
    resolver = Resolver(system)
    resolver.start(asking("game.example", 80, None))
    freed = weakref.ref(resolver)
    del resolver
    gc.collect()
    assert freed() is None
    system.may_answer.set()
    finish_lookups()


def run(script: str) -> str:
    """Returns the output of a separate program, which must not run for long."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.hostile("G03")
def test_the_interpreter_does_not_wait_for_a_lookup_that_hangs() -> None:
    assert (
        run("""
        import time
        from wsclient.transport.opening.resolver import Question, Resolver
        from wsclient.transport.opening.route import Place, Route
        Resolver(lambda *_, **__: time.sleep(600)).start(Question(Route((Place("game.example", 80),))))
        print("done")
    """).strip()
        == "done"
    )


def test_without_tls_nothing_of_it_is_imported() -> None:
    assert (
        run("""
        import sys
        from wsclient.transport.native import NativeTransport
        from wsclient.transport.opening.resolver import Question, Resolver, Resolved
        from wsclient.transport.opening.route import Place, Route
        lookup = Resolver().start(Question(Route((Place("localhost", 80),))))
        while lookup.outcome is None:
            pass
        assert isinstance(lookup.outcome, Resolved)
        tls = {"tls_stream", "tls_context"}
        print({"ssl", "certifi", *(f"wsclient.transport.stream.{name}" for name in tls)} & set(sys.modules))
    """).strip()
        == "set()"
    )


def test_for_tls_the_thread_prepares_all_that_takes_long() -> None:
    outcome = found(Resolver(FakeSystem([V4])).start(asking("localhost", 443, TlsOptions())))
    assert outcome.secure is not None
    here, there = MemoryStream.pair()
    stream = outcome.secure(here, "localhost")
    assert not stream.handshake()
    assert b"localhost" in there.inbox  # the server name, RFC 6066 section 3
    stream.close()


def test_a_numeric_host_needs_the_thread_for_tls_but_no_lookup() -> None:
    system = FakeSystem(OSError())
    outcome = found(Resolver(system).start(asking("192.0.2.1", 443, TlsOptions())))
    assert outcome.addresses == addresses("192.0.2.1", port=443)
    assert outcome.secure is not None
    assert system.asked == []


@pytest.mark.parametrize(
    ("trusted", "words"),
    [
        pytest.param("/no/such/file.pem", "No such file or directory: /no/such/file.pem", id="no file"),
        pytest.param("-----BEGIN CERTIFICATE-----\n", "no certificate in PEM or DER form", id="no PEM"),
        pytest.param(b"\x30\x00", "no certificate in PEM or DER form", id="no DER"),
        pytest.param("a\0b", "no certificate in PEM or DER form", id="no path"),
        pytest.param(b"", "no certificate in PEM or DER form", id="nothing"),
    ],
)
def test_a_certificate_that_cannot_be_trusted_is_a_failure(trusted: str | bytes, words: str) -> None:
    failure = failed(
        Resolver(FakeSystem([V4])).start(asking("localhost", 443, TlsOptions(trusted_certificate=trusted)))
    )
    assert failure.stage is Stage.TLS
    assert failure.kind is FailureKind.INVALID_ARGUMENT
    assert words in failure.detail
    assert "_ssl.c" not in failure.detail  # the words of OpenSSL are left to the cause
    assert "trusted_ssl_certificate" in failure.hint


def test_a_machine_without_root_certificates_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from wsclient.transport.stream import tls_context

    monkeypatch.setattr(tls_context, "CONTEXTS", tls_context.ContextCache())
    monkeypatch.setattr(tls_context.certifi, "where", lambda: "/no/such/file.pem")
    failure = failed(Resolver(FakeSystem([V4])).start(asking("localhost", 443, TlsOptions())))
    assert failure.kind is FailureKind.SYSTEM
    assert "root certificates" in failure.detail


@pytest.mark.faults("B19")
def test_the_lookup_is_the_systems_at_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", FakeSystem([V4]))  # as gevent does, perhaps long after the import
    assert found(resolver.start(asking("game.example", 80, None))).addresses == addresses("192.0.2.1")


def test_a_numeric_host_waits_while_another_thread_imports_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "wsclient.transport.stream.tls_context"
    finished(Resolver().start(asking("192.0.2.1", 80, TlsOptions(verify=True, trusted_certificate=None))))
    whole = sys.modules[name]
    monkeypatch.setitem(sys.modules, name, ModuleType(name))  # begun, and empty still

    known = known_at_once(asking("192.0.2.1", 80, TlsOptions(verify=True, trusted_certificate=None)))
    monkeypatch.setitem(sys.modules, name, whole)

    assert known is None


class NoDaemons(threading.Thread):
    """A thread of most subinterpreters."""

    def start(self) -> None:
        if self.daemon:
            raise RuntimeError("daemon threads are disabled in this interpreter")
        super().start()


class NoThreads(threading.Thread):
    def start(self) -> None:
        raise RuntimeError("thread is not supported for isolated subinterpreters")


@pytest.mark.faults("B17")
def test_an_interpreter_without_daemons_has_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.threading, "Thread", NoDaemons)
    lookup = Resolver(FakeSystem([V4])).start(asking("game.example", 80, None))
    for thread in threading.enumerate():
        if isinstance(thread, NoDaemons):
            thread.join(20)
    assert isinstance(lookup.outcome, Resolved)


@pytest.mark.faults("B17")
def test_an_interpreter_without_threads_is_named_and_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.threading, "Thread", NoThreads)
    outcome = Resolver(FakeSystem([V4])).start(asking("game.example", 80, None)).outcome
    assert isinstance(outcome, Failure)
    assert outcome.detail.startswith("this interpreter forbids threads")
    assert "numeric address" in outcome.hint


@pytest.mark.faults("B17")
def test_a_numeric_host_with_a_context_that_is_there_needs_no_lookup() -> None:
    question = asking("192.0.2.1", 443, TlsOptions(verify=False))
    found(Resolver().start(question))  # the first one builds it
    assert isinstance(known_at_once(question), Resolved)


@pytest.mark.faults("B7", "B9")
def test_any_failure_of_tls_has_its_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    from wsclient.transport.stream import tls_context

    class Broken(tls_context.ContextCache):
        def get(self, options: TlsOptions) -> object:
            raise LookupError("no such thing")

    monkeypatch.setattr(tls_context, "CONTEXTS", Broken())
    failure = failed(Resolver(FakeSystem([V4])).start(asking("localhost", 443, TlsOptions())))
    assert failure.stage is Stage.TLS
    assert "what TLS needs for 'localhost' failed: no such thing" in failure.detail


# Proxies


def through(proxy: str, url: str = "ws://game.example:9000/") -> Question:
    """Returns the question of an attempt through a proxy set on the client."""
    place = Place.of_proxy(Proxy.parse(proxy), "client.proxy")
    return Question(Route((place, Place.of(URL.parse(url)))))


def by_environment(url: str, **proxies: str) -> Question:
    """Returns the question of an attempt if the environment decides."""
    environment = ProxyEnvironment(lambda: proxies, variables={}, has_system_settings=False)
    return Question(Route((Place.of(URL.parse(url)),)), environment=environment)


@pytest.mark.parametrize("scheme", ["http", "socks5h", "socks4a"])
def test_a_proxy_looks_the_server_up(scheme: str) -> None:
    system = FakeSystem([V4])
    outcome = found(Resolver(system).start(through(f"{scheme}://proxy.example:3128")))

    assert [asked for asked, _ in system.asked] == [("proxy.example", 3128)]
    assert outcome.route is None


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_numeric_proxy_needs_no_lookup(scheme: str) -> None:
    assert known_at_once(through(f"{scheme}://192.0.2.7:3128")) == Resolved(addresses("192.0.2.7", port=3128))


def test_for_socks5_the_server_is_looked_up_here() -> None:
    system = FakeSystem([V4])
    outcome = found(Resolver(system).start(through("socks5://192.0.2.7")))

    assert [asked for asked, _ in system.asked] == [("game.example", 9000)]
    assert outcome.addresses == addresses("192.0.2.7", port=1080)
    assert outcome.route is not None
    assert outcome.route.server.address == "192.0.2.1"


def test_for_socks5_an_unknown_server_is_not_a_failure_of_the_proxy() -> None:
    unknown = socket.gaierror(socket.EAI_NONAME, "unknown")
    failure = failed(Resolver(FakeSystem(unknown)).start(through("socks5://192.0.2.7")))

    assert (failure.stage, failure.kind) == (Stage.RESOLVE, FailureKind.NAME_NOT_FOUND)


def test_the_environment_is_asked_in_the_thread() -> None:
    system = FakeSystem([V4])
    outcome = found(Resolver(system).start(by_environment("ws://192.0.2.9/", http="http://proxy.example:3128")))

    assert [asked for asked, _ in system.asked] == [("proxy.example", 3128)]
    assert outcome.route is not None
    assert [str(place) for place in outcome.route.hops] == ["the proxy proxy.example:3128", "192.0.2.9:80"]


def test_without_a_proxy_in_it_the_route_stays() -> None:
    assert found(Resolver(FakeSystem([V4])).start(by_environment("ws://game.example/"))).route is None


def test_a_proxy_of_the_environment_that_cannot_be_used_is_a_failure() -> None:
    failure = failed(Resolver(FakeSystem([V4])).start(by_environment("ws://game.example/", http="gopher://x")))

    assert (failure.stage, failure.kind) == (Stage.PROXY, FailureKind.INVALID_ARGUMENT)


def test_any_failure_of_the_environment_has_its_stage() -> None:
    def broken() -> dict[str, str]:
        raise OSError("the registry is gone")

    environment = ProxyEnvironment(broken, variables={}, has_system_settings=True)
    failure = failed(Resolver(FakeSystem([V4])).start(Question(Route((Place("a", 80),)), environment=environment)))

    assert (failure.stage, failure.kind) == (Stage.PROXY, FailureKind.SYSTEM)
    assert "the registry is gone" in failure.detail


def test_tls_to_a_proxy_is_prepared_too() -> None:
    outcome = found(Resolver(FakeSystem([V4])).start(through("https://localhost")))

    assert outcome.secure is not None


# Families, and sockets without addresses


def test_addresses_of_other_families_are_left_out() -> None:
    question = asking("game.example", 80, None).replace(families=(socket.AF_INET,))

    assert found(Resolver(FakeSystem([V6, V4])).start(question)).addresses == addresses("192.0.2.1")


@pytest.mark.parametrize("host", ["game.example", "192.0.2.1"])
def test_no_address_of_the_family_is_a_failure(host: str) -> None:
    question = asking(host, 80, None).replace(families=(socket.AF_INET6,))
    failure = failed(Resolver(FakeSystem([V4])).start(question))

    assert (failure.stage, failure.kind) == (Stage.RESOLVE, FailureKind.NAME_NOT_FOUND)
    assert "address_family" in failure.hint


def test_a_numeric_host_of_another_family_is_a_failure_at_once() -> None:
    question = asking("192.0.2.1", 80, None).replace(families=(socket.AF_INET6,))

    failure = known_at_once(question)

    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.NAME_NOT_FOUND


def test_a_unix_socket_needs_no_lookup() -> None:
    question = Question(Route((Place.of(URL.parse("ws+unix:///run/a.sock")),)))

    assert known_at_once(question) == Resolved((Address(socket.AF_UNIX, "/run/a.sock"),))
