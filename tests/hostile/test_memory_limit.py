"""Tests a message for which there is no memory (row C13).

A separate process has the system's own limit.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig

import pytest

from tests.support.source import ROOT

PROGRAM = """
import resource
from pathlib import Path

from tests.hostile.scenario import LoopbackWorld, Scene
from tests.hostile.wire import BINARY, TEXT, frame

MIB = 1024 * 1024
with Scene(LoopbackWorld()) as scene:
    scene.client.set_buffers(200 * 1024, 4096, 1024, 64)
    whole, huge = frame(TEXT, b"before"), frame(BINARY, declares=100 * MIB)
    server = scene.open(behind=whole)
    server.send_from([huge, *[bytes(MIB)] * 100])
    scene.run(lambda: scene.messages)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 64 * MIB, -1))
    scene.run(lambda: scene.is_over)
    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    print(scene.told)
    print(scene.client.last_error.stage, scene.client.last_error.message)
"""


@pytest.mark.hostile("C13")
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and RLIMIT_AS")
@pytest.mark.skipif(bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="its allocator has addresses in reserve")
def test_a_message_that_the_machine_has_no_memory_for_ends_the_connection_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False, timeout=50
    )

    assert done.returncode == 0, done.stderr
    told, why = done.stdout.splitlines()
    assert told == "[('established', ''), ('data', 'before'), ('closed', False)]"
    assert why.startswith("open This machine has no memory for what arrives"), why
