"""Forked children of the test's own process."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["in_child", "needs_fork"]

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def in_child(action: Callable[[], str]) -> str:
    """Calls `action` in a forked child.

    Returns:
        Returns its result, or its traceback after everything that it printed.
    """
    assert sys.platform != "win32"
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of lookup threads that another test has left
        child = os.fork()
    if child == 0:
        _run_and_exit(action, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said
    return said


def _run_and_exit(action: Callable[[], str], writing: int) -> None:
    """Never returns: the child must not run the rest of the tests."""
    os.dup2(writing, 2)  # what an exception in a destructor prints is seen too
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    sys.unraisablehook = sys.__unraisablehook__
    code = 0
    try:
        sys.stderr.write(action())
    except BaseException:  # noqa: BLE001 - the parent is told
        traceback.print_exc()
        code = 1
    finally:
        sys.stderr.flush()
        os._exit(code)
