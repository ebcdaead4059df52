"""The compiled build of these sources, for the clients that are measured with it."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

__all__ = ["compiled_variables"]

_ROOT = Path(__file__).parent.parent
_FOLDER = _ROOT / "build" / "compiled"


@functools.cache
def compiled_variables() -> dict[str, str]:
    """Compiles the sources once per run.

    Returns the environment variables with which a process imports that build.

    Raises:
        RuntimeError: it cannot be compiled here; the message has the compiler's output.
    """
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", name]
        environment = {**os.environ, "HATCH_BUILD_HOOK_ENABLE_CUSTOM": "1"}
        done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"no compiled build: {(done.stderr or done.stdout).strip()[-200:]}")
        with ZipFile(next(Path(name).iterdir())) as wheel:
            wheel.extractall(_FOLDER)
    # Before the folder of the process, which contains the pure build.
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(map(str, (_FOLDER, _ROOT)))}
