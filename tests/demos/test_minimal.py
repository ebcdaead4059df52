"""The smallest program works against the server that is shipped with it."""

from __future__ import annotations

from pathlib import Path

from demos import minimal


def test_says_hello_and_prints_messages(run_demo, echo_url):
    done = run_demo("-m", "demos.minimal", echo_url)

    assert done.stdout.splitlines() == ["received: hello", "closed cleanly"]
    assert done.returncode == 0


def test_a_missing_server_is_reported(run_demo):
    done = run_demo("-m", "demos.minimal", "ws://127.0.0.1:1")

    assert done.stdout.startswith("failed: 127.0.0.1:1 refused the connection.")
    assert done.returncode == 1


def test_is_about_thirty_lines_long():
    text = Path(minimal.__path__[0], "__main__.py").read_text(encoding="utf-8")
    code = text.split('"""', 2)[2]

    assert sum(1 for line in code.splitlines() if line.strip()) <= 30
