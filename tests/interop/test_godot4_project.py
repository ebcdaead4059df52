"""Tests that `Project` reads the same as the engine from the same files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.godot4_engine import require_godot4
from tests.support.godot4_project import REPLICATION, RPC_NAMES, SPAWN_LISTS, write_project

ASKING = Path(__file__).parent / "godot4" / "project_answers.gd"


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    engine = require_godot4()
    project = write_project(tmp_path_factory.mktemp("project"))
    run(engine, project, "--import")  # classes by name are known from then on
    lines = run(engine, project, "-s", str(ASKING)).splitlines()
    (answer,) = [line for line in lines if line.startswith("ANSWERS ")]
    return json.loads(answer.removeprefix("ANSWERS "))


def run(engine, project, *arguments):
    command = [engine, "--headless", "--path", str(project), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


pytestmark = pytest.mark.timeout(300)


def test_the_engine_takes_every_file(answers):
    assert answers["broken"] == []


def test_remote_procedures(answers):
    assert {script: sorted(names) for script, names in answers["rpcs"].items()} == RPC_NAMES


def test_spawn_lists(answers):
    assert answers["spawn_lists"] == SPAWN_LISTS


def test_replicated_properties(answers):
    found = {
        place: [(path, is_spawned, int(mode)) for path, is_spawned, mode in rows]
        for place, rows in answers["replication"].items()
    }
    assert found == REPLICATION
