"""Tests that everything shown and promised in the READMEs exists."""

from __future__ import annotations

import re

import pytest

from tests.support.source import ROOT

README = ROOT / "README.md"
READMES = (README, ROOT / "demos" / "README.md")
NAMED_SERVER = "ws://127.0.0.1:9080"


def _snippet() -> str:
    return re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL).group(1)


def test_the_first_snippet_works_against_the_shipped_server(run_demo, echo_url):
    done = run_demo("-W", "error", "-c", _snippet().replace(NAMED_SERVER, echo_url))

    assert (done.stdout, done.stderr) == ("received hello\n", "")


def test_the_first_snippet_names_missing_programs(run_demo):
    done = run_demo("-c", _snippet().replace(NAMED_SERVER, "ws://127.0.0.1:1").replace("range(60)", "range(6)"))

    told = done.stdout.strip().replace("127.0.0.1:1 ", "127.0.0.1:9080 ")
    assert f"prints `{told}`" in README.read_text(encoding="utf-8").replace("\n", " ")


def test_the_first_snippet_names_the_shipped_server(run_demo):
    usage = run_demo("-m", "demos.minimal.server", "--help").stdout

    assert f'"{NAMED_SERVER}"' in _snippet()
    assert f"(default: {NAMED_SERVER.rpartition(':')[2]})" in usage


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_every_file_that_is_linked_is_there(readme):
    text = readme.read_text(encoding="utf-8")
    links = re.findall(r'\]\(([^)]+)\)|src="([^"]+)"', text)
    files = [link or source for link, source in links if "://" not in link]

    assert files
    assert [name for name in files if not (readme.parent / name).exists()] == []


@pytest.mark.parametrize(
    "picture", sorted((ROOT / "docs" / "images" / "demos").glob("*.png")), ids=lambda path: path.name
)
def test_pictures_are_small_and_shown(picture):
    assert picture.stat().st_size < 200_000
    assert f"images/demos/{picture.name}" in READMES[1].read_text(encoding="utf-8")
