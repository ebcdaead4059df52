"""Tests what a user installs.

It is the package alone, typed, licensed, with two dependencies.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from email import message_from_bytes
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.source import PACKAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

ERRORS = ("Argument", "Violation", "Error")  # exceptions may have heirs
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds wheel and sdist without a network.

    It uses the backend that pyproject.toml names.
    """
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=50)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[ZipFile]:
    (path,) = built.glob("*.whl")
    with ZipFile(path) as file:
        yield file


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_the_wheel_has_every_module_but_no_tests_or_demos(wheel: ZipFile) -> None:
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / PACKAGE).rglob("*.py")}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert packed == {*sources, f"{PACKAGE}/py.typed"}


def test_the_wheel_holds_the_license(wheel: ZipFile, metadata: Message) -> None:
    assert metadata["License-Expression"] == "MIT"
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_library_needs_pyee_and_certifi_and_nothing_else(metadata: Message) -> None:
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]

    # In a page the browser has the roots.
    assert sorted(needed) == ["certifi; sys_platform != 'emscripten'", "pyee>=13.0.1"]
    assert metadata["Requires-Python"] == ">=3.11"


def test_its_metadata_says_typed_and_lists_every_tested_python(metadata: Message) -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    tried = set(re.findall(r'"(3\.\d+)"', workflow))
    named = {line.rpartition(" ")[2] for line in metadata.get_all("Classifier", []) if " :: 3." in line}

    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert {"3.11"} < tried <= named


def test_the_command_line_is_a_script_and_other_tools_find_their_parts(wheel: ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))

    assert wheel.read(name).decode().split("\n") == [
        "[console_scripts]",
        "wsclient = wsclient.__main__:main",
        "",
        "[pyinstaller40]",
        "hook-dirs = wsclient.frozen:hook_folders",
        "",
        "[pytest11]",
        "wsclient = wsclient.testing.pytest_plugin",
        "",
    ]


def test_colours_demos_foreign_host_names_and_locust_are_extras(metadata: Message) -> None:
    assert sorted(metadata.get_all("Provides-Extra", [])) == ["cli", "demos", "idna", "locust"]
    assert "rich>=13; extra == 'cli'" in metadata.get_all("Requires-Dist", [])


def test_the_sdist_has_sources_but_no_generated_files(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as file:
        names = {PurePosixPath(*PurePosixPath(name).parts[1:]) for name in file.getnames()}

    assert {PurePosixPath(name) for name in (f"{PACKAGE}/py.typed", "tests/conftest.py", "Makefile")} <= names
    assert {name for name in names if name.parts[0].startswith((".venv", ".coverage", "build", "dist"))} == set()
    assert {name for name in names if name.suffix == ".pyc"} == set()


# The script next to it finds this copy of the library, whatever else is installed.
VENDORED = """\
import pathlib, sys, wsclient, wsclient.variant
from wsclient import MultiplayerAPI, Node, WebSocketClient
assert pathlib.Path(wsclient.__file__).parents[1] == pathlib.Path(__file__).parent, wsclient.__file__
with WebSocketClient() as client:
    client.connect_to_url("ws://127.0.0.1:1")
    while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
        client.poll()
    print(client.last_error)
"""


@pytest.fixture(params=["folder", "wheel"])
def beside(request: pytest.FixtureRequest, tmp_path: Path, wheel: ZipFile) -> Path:
    """Returns a folder with the library in it.

    It is copied from here, or unpacked as by an installer.
    """
    if request.param == "folder":
        shutil.copytree(ROOT / PACKAGE, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        wheel.extractall(tmp_path)
    return tmp_path


def test_the_folder_works_next_to_a_script(beside: Path) -> None:
    script = beside / "game.py"
    script.write_text(VENDORED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=beside, capture_output=True, text=True, timeout=50, check=False
    )

    assert done.stderr == ""
    assert done.stdout.startswith("127.0.0.1:1 refused the connection.")


def test_the_changelog_has_an_unreleased_section_and_this_version(metadata: Message) -> None:
    sections = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert sections[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(metadata['Version'])}\] - \d{{4}}-\d\d-\d\d", sections[1])


def test_the_readme_names_this_version(metadata: Message) -> None:
    assert f"version {metadata['Version']}," in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_group_of_tools_is_installed_by_a_target_or_with_dev() -> None:
    groups = SETTINGS["dependency-groups"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    by_target = {name for name in groups if f"--group {name}" in makefile}

    assert {entry["include-group"] for entry in groups["dev"]} | by_target == set(groups) - {"dev"}


def test_the_demos_run_on_the_pythons_of_the_tests() -> None:
    demos = SETTINGS["project"]["optional-dependencies"]["demos"]

    assert set(demos) <= set(SETTINGS["dependency-groups"]["test"])


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", ".ci/run"])
def test_the_repository_has(name: str) -> None:
    assert Path(ROOT, name).is_file()


def test_no_class_in_source_inherits_from_one_that_is_compiled() -> None:
    """Only a compiled class may inherit from a compiled one, unless that allows others.

    mypyc reports others when an object is made, not before.
    """
    hook = ast.parse((ROOT / "hatch_build.py").read_text(encoding="utf-8"))
    (compiled,) = (
        ast.literal_eval(each.value)
        for each in hook.body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "COMPILED"
    )
    trees = {
        file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for file in (ROOT / PACKAGE).rglob("*.py")
    }
    classes = {
        (name, each) for name, tree in trees.items() for each in ast.walk(tree) if isinstance(each, ast.ClassDef)
    }
    bases = {
        each.name
        for name, each in classes
        if name in compiled and not each.name.endswith(ERRORS) and not any(map(_allows_subclasses, each.decorator_list))
    }
    wrong = [
        f"{name}: {each.name}"
        for name, each in classes
        if name not in compiled and bases & {ast.unparse(base) for base in each.bases}
    ]

    assert "NativeTransport" in bases
    assert "PacketReader" not in bases
    assert wrong == []


def _allows_subclasses(decorator: ast.expr) -> bool:
    return ast.unparse(decorator) == "mypyc_attr(allow_interpreted_subclasses=True)"
