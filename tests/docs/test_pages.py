"""Tests that the documentation covers everything."""

from __future__ import annotations

import re

import pytest

import wsclient
from tests.support.source import ROOT
from tests.websocket.test_connection_failure_messages import MESSAGES

DOCS = ROOT / "docs"
REFERENCE = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
PAGES = [*ROOT.glob("*.md"), *(ROOT / "demos").rglob("*.md"), *DOCS.rglob("*.md"), ROOT / "pyproject.toml"]
PICTURES = sorted((DOCS / "images" / "engines").glob("*.png"))

# Where links lead: places that are known to be there. A new one is looked at, then added.
PLACES = {
    "docs.aiohttp.org", "docs.astral.sh", "docs.godotengine.org", "godotengine.org", "keepachangelog.com",
    "picows.readthedocs.io", "pygame-web.github.io", "pyodide.org", "pypi.org", "pyscript.net", "semver.org",
    "websocket-client.readthedocs.io", "websockets.readthedocs.io", "www.rfc-editor.org",
    "user",  # of http://user:password@host:port, in a message
}  # fmt: skip
GODOT_CLASSES = {name.lower() for name in wsclient.__all__}


@pytest.mark.parametrize("name", sorted(set(wsclient.__all__) - {"MultiplayerPeer"}))
def test_every_public_name_has_its_place_in_the_reference(name: str) -> None:
    assert re.search(rf"^::: wsclient\.[\w.]+\.{name}$", REFERENCE, re.MULTILINE)


def test_the_second_name_of_the_multiplayer_peer_is_reported() -> None:
    assert "`MultiplayerPeer`" in REFERENCE


@pytest.mark.parametrize("message", [message for _, message in MESSAGES.values()], ids=MESSAGES)
def test_every_tested_message_is_in_the_reference(message: str) -> None:
    assert f"| {message} |" in REFERENCE


@pytest.mark.parametrize("limit", ["16 MiB", "4096 packets", "262144", "8 KiB a line, 128 lines", "16384"])
def test_the_limits_are_reported(limit: str) -> None:
    assert limit in (DOCS / "reference" / "limits.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda path: path.stem)
def test_every_page_that_is_linked_is_there(page) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}

    missing = {page.parent / link for link in links if link and not (page.parent / link).exists()}
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_to_elsewhere_leads_to_a_place_that_is_known(page) -> None:
    links = re.findall(r"https?://([\w.-]+)(/[^\s)\"'`>]*)?", page.read_text(encoding="utf-8"))

    assert {place for place, _ in links if not place.endswith((".example", "example.com"))} <= PLACES
    for place, path in links:
        if place == "docs.godotengine.org":
            named = re.fullmatch(r"/en/3\.6/classes/class_(\w+)\.html", path)
            assert named, path
            assert named[1] in GODOT_CLASSES


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = re.findall(r"\b[\w/-]+\.md\b", navigation)

    assert sorted(set(listed)) == sorted(listed)
    assert set(listed) == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_pictures_are_small_and_shown(picture) -> None:
    gallery = (DOCS / "gallery.md").read_text(encoding="utf-8")

    assert picture.stat().st_size < 100_000
    assert picture.relative_to(DOCS).as_posix() in gallery


def test_every_recipe_has_its_place() -> None:
    recipes = {path.stem for path in (ROOT / "demos" / "engines").glob("chat_*.py")}
    page = (DOCS / "howto" / "engines.md").read_text(encoding="utf-8")
    gallery = (DOCS / "gallery.md").read_text(encoding="utf-8")

    assert [name for name in recipes if f'"demos/engines/{name}.py"' not in page] == []
    assert [name for name in recipes if f"python -m demos.engines.{name}`" not in gallery] == []
