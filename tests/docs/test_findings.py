"""Every finding is listed, and says what was guessed before it was run."""

from __future__ import annotations

import re

import pytest

from tests.support.source import ROOT

FINDINGS = ROOT / "findings"
SCRIPTS = sorted(FINDINGS.glob("*.sh"))


def test_the_list_has_every_script_and_nothing_else() -> None:
    listed = re.findall(r"^\| \[([\w.-]+)\]\(([\w.-]+)\) ", (FINDINGS / "README.md").read_text("utf-8"), re.MULTILINE)

    assert [name for name, link in listed if name != link] == []
    assert [name for name, _ in listed] == [path.name for path in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_finding_has_its_guess_its_versions_and_cleans_up(script) -> None:
    text = script.read_text(encoding="utf-8")

    assert [line for line in ("# Guess: ", "# Seen:  ", "# With:  ") if f"\n{line}" not in text] == []
    assert "mktemp -d" in text
    assert 'rm -rf "$folder"' in text
    assert "wsclient" not in text
