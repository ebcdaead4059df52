from __future__ import annotations

import select
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import pytest

from wsclient.transport.original_select import OriginalSelect


def test_is_the_module_unless_it_was_patched() -> None:
    original = OriginalSelect()
    assert original.select is select.select
    assert hasattr(original, "poll") is hasattr(select, "poll")
    with pytest.raises(AttributeError):
        _ = original.nothing


@pytest.mark.faults("B21")
@pytest.mark.parametrize(
    ("name", "patcher"),
    [
        ("gevent.monkey", SimpleNamespace(get_original=lambda module, name: f"{module}.{name} of Python")),
        ("eventlet.patcher", SimpleNamespace(original=lambda module: SimpleNamespace(poll=f"{module}.poll of Python"))),
    ],
)
def test_finds_the_original_of_a_patched_function(monkeypatch: pytest.MonkeyPatch, name: str, patcher: object) -> None:
    monkeypatch.setitem(sys.modules, name, patcher)
    assert OriginalSelect().poll == "select.poll of Python"


def test_what_was_found_is_not_looked_up_again() -> None:
    original = OriginalSelect()
    found = original.select

    assert vars(original) == {"select": found}


@pytest.mark.faults("B21")
def test_gevent_leaves_epoll_to_an_idle_poll() -> None:
    pytest.importorskip("gevent", reason="gevent is not installed")
    program = """
        import warnings
        warnings.simplefilter("ignore")
        from gevent import monkey
        monkey.patch_all()
        import select, socket
        import gevent
        from wsclient.transport.readiness import Readiness
        assert not hasattr(select, "epoll"), "gevent takes it out"
        one, other = socket.socketpair()
        turns = []
        def spin():
            while True:
                turns.append(1)
                gevent.sleep(0)
        gevent.spawn(spin)
        gevent.sleep(0)
        watch = Readiness().watch(one.fileno())
        before = len(turns)
        for _ in range(100):
            assert not watch.is_readable()
        assert len(turns) == before, "a poll gave the processor away"
        assert Readiness().connected([one]) == [one]
        assert len(turns) == before
        print(type(watch.is_readable.func.__self__).__name__)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "epoll"), done.stderr
