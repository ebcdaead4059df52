"""Tests that the limits of the machine are reported before the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wsclient.cli.swarm_limits import descriptor_shortage, port_range, port_shortage, raise_descriptor_limit

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("clients", "processes", "allowed"),
    [
        pytest.param(992, 1, 1024, id="just"),
        pytest.param(1984, 2, 1024, id="in-two-processes"),
        pytest.param(100_000, 1, None, id="no-limit"),
    ],
)
def test_sufficient_limits_are_not_mentioned(clients: int, processes: int, allowed: int | None) -> None:
    assert descriptor_shortage(clients, processes, allowed) == ""


def test_it_says_how_many_clients_fit() -> None:
    assert descriptor_shortage(5000, 2, 1024) == (
        "5000 clients in 2 processes need 2532 descriptors each, and this machine allows 1024: 1984 clients fit. Raise "
        "the hard limit (ulimit -Hn, or nofile in /etc/security/limits.conf), or use more --processes."
    )


def test_the_ports_of_a_machine_are_counted(tmp_path: Path) -> None:
    (tmp_path / "range").write_text("32768\t60999\n")

    assert port_range(tmp_path / "range") == 28_232
    assert port_range(tmp_path / "missing") is None


def test_it_says_that_local_ports_run_out() -> None:
    assert port_shortage(28_232, 28_232) == ""
    assert port_shortage(28_233, None) == ""
    assert "this machine has 28232 for them" in port_shortage(28_233, 28_232)


def test_the_soft_limit_is_raised_no_further_than_needed_or_allowed() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
        assert raise_descriptor_limit(50) == 64
        assert raise_descriptor_limit(100) == 100
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (100, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
