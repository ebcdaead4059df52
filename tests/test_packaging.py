"""What a user installs: the package alone, typed, licensed, with two dependencies."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.source import PACKAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """Builds the wheel with the backend that pyproject.toml names, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=50)
    (path,) = folder.glob("*.whl")
    with ZipFile(path) as file:
        yield file


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_the_wheel_holds_every_module_and_no_test_nor_demo(wheel: ZipFile) -> None:
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / PACKAGE).rglob("*.py")}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert packed == {*sources, f"{PACKAGE}/py.typed"}


def test_the_wheel_holds_the_license(wheel: ZipFile, metadata: Message) -> None:
    assert metadata["License-Expression"] == "MIT"
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_library_needs_pyee_and_certifi_and_nothing_else(metadata: Message) -> None:
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]

    assert sorted(needed) == ["certifi", "pyee>=13.0.1"]
    assert metadata["Requires-Python"] == ">=3.11"


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_group_of_tools_is_in_dev() -> None:
    groups = SETTINGS["dependency-groups"]

    assert {entry["include-group"] for entry in groups["dev"]} == set(groups) - {"dev"}


def test_the_demos_run_where_the_tests_run() -> None:
    demos = SETTINGS["project"]["optional-dependencies"]["demos"]

    assert set(demos) <= set(SETTINGS["dependency-groups"]["test"])


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "Makefile", ".ci/run"])
def test_the_repository_has(name: str) -> None:
    assert Path(ROOT, name).is_file()
