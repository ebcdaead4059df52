"""Tests that each module has a test file in the same place.

Each test file has a module, too.
"""

from __future__ import annotations

import ast
from pathlib import Path, PurePosixPath

import pytest

from tests.support.source import PACKAGE, ROOT

TESTS = ROOT / "tests"

# About the package as a whole, not about one module.
ABOUT_THE_WHOLE = {
    "test_compiled_wheel.py",
    "test_exports.py",
    "test_layering.py",
    "test_mirror.py",
    "test_packaging.py",
}

# Folders that follow another order than the package's: by helper, by server, by demo, by page, by row, by user...
FREE = {
    "benchmarks",
    "browser",
    "demos",
    "docs",
    "endurance",
    "fuzz",
    "hostile",
    "interop",
    "model",
    "support",
    "typing",
}


def mirror_of(module: PurePosixPath) -> PurePosixPath:
    """Returns the test file of a module.

    protocol/url.py has protocol/test_url.py, and __main__.py has test_main.py.
    """
    return module.with_name(f"test_{module.stem.strip('_')}.py")


def missing(modules: set[str], tests: set[str]) -> set[str]:
    """Names the test files that modules lack."""
    return {str(mirror_of(PurePosixPath(module))) for module in modules} - tests


def orphans(modules: set[str], tests: set[str]) -> set[str]:
    """Returns the test files without a module.

    test_url_laws.py is allowed as a second file of test_url.py.
    """
    own = [mirror_of(PurePosixPath(module)) for module in modules]
    return {test for test in tests if not any(_belongs(PurePosixPath(test), file) for file in own)}


def _belongs(test: PurePosixPath, own: PurePosixPath) -> bool:
    return test.parent == own.parent and (test == own or test.name.startswith(f"{own.stem}_"))


def _modules() -> set[str]:
    return {name for name in _files(ROOT / PACKAGE) if PurePosixPath(name).name != "__init__.py"}


def _tests() -> set[str]:
    found = {name for name in _files(TESTS) if PurePosixPath(name).name.startswith("test_")}
    return {name for name in found if name not in ABOUT_THE_WHOLE and PurePosixPath(name).parts[0] not in FREE}


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}


def test_every_module_has_its_own_test_file() -> None:
    assert sorted(missing(_modules(), _tests())) == []


def test_every_test_file_has_its_module() -> None:
    assert sorted(orphans(_modules(), _tests())) == []


@pytest.mark.parametrize("name", sorted(_tests() | ABOUT_THE_WHOLE))
def test_every_test_file_tests_something(name: str) -> None:
    path = TESTS / name

    assert path.exists()
    assert has_tests(path.read_text(encoding="utf-8"))


def has_tests(text: str) -> bool:
    """Returns True if pytest would find any test.

    This is a test function, or a name `Test...` (of a class or a state machine).
    """
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef(name=name) if name.startswith("test_"):
                return True
            case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]) if name.startswith("Test"):
                return True
    return False


@pytest.mark.parametrize("folder", sorted({path.parent for path in TESTS.rglob("*.py")}), ids=lambda path: path.name)
def test_every_folder_of_tests_is_a_package(folder: Path) -> None:
    assert (folder / "__init__.py").exists(), "without it, two test files of one name would hide each other"


@pytest.mark.parametrize(
    ("modules", "tests", "lacking", "lonely"),
    [
        pytest.param({"error.py"}, {"test_error.py"}, set(), set(), id="mirrored"),
        pytest.param({"protocol/url.py"}, {"protocol/test_url.py"}, set(), set(), id="mirrored-in-a-room"),
        pytest.param({"__main__.py"}, {"test_main.py"}, set(), set(), id="underscores"),
        pytest.param({"error.py"}, set(), {"test_error.py"}, set(), id="no-test"),
        pytest.param(set(), {"test_error.py"}, set(), {"test_error.py"}, id="no-module"),
        pytest.param(
            {"protocol/url.py"}, {"test_url.py"}, {"protocol/test_url.py"}, {"test_url.py"}, id="another-room"
        ),
        pytest.param({"node.py"}, {"test_node.py", "test_node_paths.py"}, set(), set(), id="a-second-file"),
        pytest.param({"node.py"}, {"test_node_paths.py"}, {"test_node.py"}, set(), id="only-a-second-file"),
        pytest.param({"node.py"}, {"test_node.py", "test_nodes.py"}, set(), {"test_nodes.py"}, id="another-word"),
    ],
)
def test_files_without_a_mirror_are_found(
    modules: set[str], tests: set[str], lacking: set[str], lonely: set[str]
) -> None:
    assert missing(modules, tests) == lacking
    assert orphans(modules, tests) == lonely


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("def test_x(): ...", True, id="function"),
        pytest.param("class TestX:\n    def test_x(self): ...", True, id="class"),
        pytest.param("TestX = Machine.TestCase", True, id="state-machine"),
        pytest.param('"""To be written."""\nfrom wsclient import Error', False, id="nothing"),
        pytest.param("def helper(): ...", False, id="only-a-helper"),
    ],
)
def test_an_empty_test_file_is_found(text: str, expected: bool) -> None:
    assert has_tests(text) is expected
