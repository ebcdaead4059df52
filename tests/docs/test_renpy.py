"""Tests the recipe for Ren'Py in a stand-in for it.

Its Python code runs, and its callbacks run while a line of dialogue is read.

Ren'Py itself is no package that could be installed. What it makes of these lines is in its manual: `init python`, `$`,
`config.periodic_callbacks`, `renpy.notify`.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.demos.conftest import serving
from tests.docs.snippets import NAMED_SERVER, Snippet, run
from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "howto" / "engines.md"
RECIPE = re.search(
    r"^```renpy\ninit python:\n(?P<init>.*?)\nlabel start:\n(?P<label>.*?)^```$",
    PAGE.read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)

STAND_IN = """
renpy = types.SimpleNamespace(notify=print)
config = types.SimpleNamespace(periodic_callbacks=[])

def is_read(line):
    for _ in range(100):
        for callback in config.periodic_callbacks:
            callback()
        wait(0.002)
"""


def in_python() -> str:
    """The recipe, as the stand-in runs it."""
    said = [line.strip() for line in RECIPE["label"].splitlines()]
    story = [line.removeprefix("$ ") if line.startswith("$ ") else f"is_read({line})" for line in said]
    return "\n".join([STAND_IN, textwrap.dedent(RECIPE["init"]), *story, ""]).replace(
        "ws://127.0.0.1:9081", NAMED_SERVER
    )


@pytest.fixture
def echo_url() -> Iterator[str]:
    with serving("demos.minimal.server", "0") as (url, _):
        yield url


def test_messages_appear_while_the_dialogue_is_read(echo_url: str) -> None:
    done = run(Snippet("docs/howto/engines.md", 1, in_python(), ""), echo_url)

    assert (done.stdout, done.returncode) == ("Ren'Py is here\n", 0), done.stderr


def test_without_a_server_it_prints_the_reason() -> None:
    done = run(Snippet("docs/howto/engines.md", 1, in_python(), ""), "ws://127.0.0.1:1")

    assert done.stdout.startswith("127.0.0.1:1 refused the connection.")
