from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.programs import REQUIRED_VARIABLE, require_module, require_program

if TYPE_CHECKING:
    from pathlib import Path


def test_a_program_that_is_there_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "some-server"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert require_program("some-server") == str(program)


@pytest.mark.parametrize("required", ["", "another-server", "some-server-2"])
def test_a_missing_program_skips_its_test(required: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(REQUIRED_VARIABLE, required)

    with pytest.raises(pytest.skip.Exception, match="some-server is not installed"):
        require_program("some-server")


@pytest.mark.parametrize("required", ["some-server", "another-server, some-server"])
def test_a_missing_program_that_is_required_fails_its_test(
    required: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(REQUIRED_VARIABLE, required)

    with pytest.raises(pytest.fail.Exception, match=REQUIRED_VARIABLE):
        require_program("some-server")


def test_a_module_that_is_there_is_enough() -> None:
    assert require_module("pytest") is None


@pytest.mark.parametrize(
    ("required", "outcome"),
    [("some_other", pytest.skip.Exception), ("some_other,some_engine", pytest.fail.Exception)],
)
def test_a_missing_module_skips_its_test_or_fails_it(
    required: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REQUIRED_VARIABLE, required)

    with pytest.raises(outcome, match="some_engine is not installed"):
        require_module("some_engine")
