"""The program around the targets: it runs them, counts, and keeps what was found."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from fuzz import keep, reached, worker
from fuzz.engines import MAX_SIZE, RandomEngine, mutated
from fuzz.tally import Count, Tally
from fuzz.targets import TARGETS, relay
from tests.support.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_runs_a_target_and_counts_the_inputs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fuzz", "--random", "--seconds", "0.1", "--seed", "1", "relay"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    name, executions, units, *_, verdict = done.stdout.splitlines()[-2].split()
    assert (name, verdict) == ("relay", "nothing")
    assert int(executions.replace(",", "")) == int(units.replace(",", "")) > 5
    assert "%" in done.stdout.splitlines()[-2], "how much of the library was reached"


def test_keeps_the_input_that_shows_a_defect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "grown").mkdir()
    (tmp_path / "corpus" / "seed").write_bytes(b"a bad byte: x")

    def target(data: bytes) -> None:
        assert b"x" not in data

    options = Namespace(
        target="made-up", corpus=tmp_path / "corpus", grown=tmp_path / "grown", found=tmp_path, seed=1, seconds=0.0
    )
    with pytest.raises(SystemExit) as exit_:
        worker._run_random(target, options)

    assert exit_.value.code == worker.FOUND
    (found,) = tmp_path.glob("made-up-crash-*")
    assert found.read_bytes() == b"a bad byte: x"
    assert "AssertionError" in capsys.readouterr().err


def test_a_tally_is_read_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "tally"
    Tally.create(path)
    tally = Tally(path)
    assert Tally.read(path) == Count(0, 0, 0.0)

    tally.add(3)
    tally.add(0)
    assert Tally.read(path) == Count(2, 3, 0.0)

    for _ in range(100):
        tally.add(1)
    assert Tally.read(path).executions == 102
    assert Tally.read(path).seconds > 0.0


def test_the_same_seed_gives_the_same_inputs() -> None:
    one, other, third = (RandomEngine([b"abc", b"12345"], seed) for seed in (1, 1, 2))
    inputs = [one.next_input() for _ in range(50)]

    assert inputs == [other.next_input() for _ in range(50)]
    assert inputs != [third.next_input() for _ in range(50)]
    assert len(set(inputs)) > 25


def test_no_input_is_longer_than_the_limit() -> None:
    engine = RandomEngine([bytes(MAX_SIZE)], seed=1)

    assert max(len(engine.next_input()) for _ in range(200)) == MAX_SIZE


def test_a_value_can_be_replaced_without_changes() -> None:
    chance = random.Random(1)

    assert any(mutated(bytearray(), [b""], chance) for _ in range(50))


def test_keeps_inputs_that_reach_new_code() -> None:
    relayed = bytes.fromhex("00 02000000 00000000") + b"payload"
    added = bytes.fromhex("01 01000000 00000000 01000000")

    assert keep.choose(relay.check, [], [relayed, added, relayed + b"!", b"", b"x"]) == [b"", added, relayed]
    assert keep.choose(relay.check, [relayed], [relayed[:-1], added]) == [added]


def test_each_target_names_modules_that_exist() -> None:
    assert reached.MODULES.keys() == TARGETS.keys()
    assert all((ROOT / "wsclient" / each).is_file() for modules in reached.MODULES.values() for each in modules)


def test_an_input_that_reaches_more_is_counted(tmp_path: Path) -> None:
    def share() -> float:
        command = [sys.executable, "-m", "fuzz.reached", "relay", str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return float(done.stdout)

    (tmp_path / "short").write_bytes(b"")
    refused = share()
    (tmp_path / "relayed").write_bytes(bytes.fromhex("00 02000000 00000000") + b"payload")

    assert 0.0 < refused < share() < 100.0
