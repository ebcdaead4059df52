from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from wsclient.transport.default import default_transport
from wsclient.transport.native import NativeTransport


def test_a_system_with_sockets_uses_them() -> None:
    assert default_transport() is NativeTransport


@pytest.mark.faults("B18")
def test_a_page_is_asked_for_first_and_imports_nothing_of_sockets() -> None:
    program = """
        import sys, types
        import pyee  # which imports sockets by itself, and would look at the platform
        sys.platform = "emscripten"
        browser = types.ModuleType("wsclient.transport.browser")
        browser.BrowserTransport = object
        sys.modules["wsclient.transport.browser"] = browser
        from wsclient.transport.default import default_transport
        assert default_transport() is object
        native = ("wsclient.transport.native", "wsclient.transport.opening", "wsclient.transport.stream")
        print([name for name in sys.modules if name.startswith(native)])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "[]"
