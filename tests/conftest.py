"""Sets up all tests.

Generated examples are the same in each run, unless requested otherwise.

`pytest --hypothesis-profile=explore` looks at new examples, and many more of them.
"""

from __future__ import annotations

import functools
import re
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
# What plays against browsers, engines, servers and compilers, or starts whole programs: minutes, most of them waiting.
OUTSIDE = (
    "browser",
    "interop",
    "demos",
    "cli/test_swarm_processes.py",
    "cli/test_swarm_run.py",
    "docs/test_programs.py",
    "docs/test_snippets.py",
    "endurance",
    "typing",
    "test_locust.py",
    "test_compiled_wheel.py",
)
# What plays through whole programs and connections, of which the tests of each module see every line before: traced for
# coverage, it would take twice the time.
UNTRACED = ("hostile", "demos", "docs", "fuzz", "model")

# Packages of the tests that have no wheels for some Pythons: free-threaded ones, PyPy, and the newest.
NOT_EVERYWHERE = {"_tracemalloc", "gevent", "locust", "matplotlib", "numpy", "pygame"}

pytest_plugins = ["wsclient.testing.pytest_plugin"]

pytest.register_assert_rewrite("tests.support")  # so that a helper's failed assert shows both sides too

# No deadline and no "too slow": a busy machine must not turn a correct program red.
settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("repeatable"), derandomize=False, max_examples=5000)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for what runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "hostile(*rows): tries these rows of tests/hostile/rows.py")
    config.addinivalue_line("markers", "faults(*rows): tries these rows of tests/hostile/fault_rows.py")
    config.addinivalue_line("markers", "outside: plays against other programs, and takes long")
    config.addinivalue_line(
        "markers", "untraced: runs so often what others run too that tracing would take most of its time"
    )


@pytest.hookimpl(tryfirst=True)  # before -k looks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lets `pytest -k A17` select the tests of row or fault A17.

    Marks what is outside, and what is untraced.
    """
    for item in items:
        for mark in _marks_of(item.path):
            item.add_marker(mark)
        if is_hypothesis_test(getattr(item, "obj", None)):  # a hundred examples of what other tests trace once
            item.add_marker("untraced")
        for name in ("hostile", "faults"):
            for mark in item.iter_markers(name):
                item.extra_keyword_matches.update(mark.args)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Skips the tests of a module that needs a package which this Python cannot have."""
    report = yield
    missing = re.search(r"No module named '(\w+)", str(report.longrepr)) if report.outcome == "failed" else None
    if missing is not None and missing[1] in NOT_EVERYWHERE:
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, f"Skipped: {missing[1]} is not installed")
    return report


@functools.cache
def _marks_of(path: Path) -> list[str]:
    folders = {"outside": OUTSIDE, "untraced": UNTRACED}
    return [mark for mark, names in folders.items() if any(path.is_relative_to(HERE / name) for name in names)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Disables coverage for tests that are marked `untraced`.

    Its own `no_cover` does not work in one process of several (xdist).
    """
    if item.get_closest_marker("untraced") is None:
        return (yield)
    here, in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(here)
        threading.settrace(in_threads)
