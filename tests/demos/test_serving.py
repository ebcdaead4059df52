"""Tests the errors of the demos' servers if they cannot serve."""

from __future__ import annotations

import errno
import signal
import sys

import pytest

from demos.serving import run_server
from tests.demos.conftest import PATIENCE, serving

SERVERS = ["demos.minimal.server", "demos.engines.server", "demos.arena.server"]


@pytest.mark.parametrize("module", SERVERS)
def test_a_second_server_reports_the_taken_port(module, run_demo):
    with serving(module, "0") as (url, _):
        port = url.rpartition(":")[2]
        done = run_demo("-m", module, "--port", port)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken. Is this server already running?")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to another process")
@pytest.mark.parametrize("module", SERVERS)
def test_ctrl_c_ends_it_quietly(module):
    with serving(module, "0") as (_, server):
        server.send_signal(signal.SIGINT)

        assert server.wait(PATIENCE) == 0


def test_another_trouble_is_not_hidden():
    async def fails():
        raise PermissionError(errno.EACCES, "not here")

    with pytest.raises(PermissionError):
        run_server(fails(), 80)
