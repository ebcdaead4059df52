"""The picture of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_swarm_view import SECOND
from wsclient.cli.swarm_picture import draw
from wsclient.cli.swarm_tally import ROUND_TRIP, Tally

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "start"), [pytest.param("x.png", b"\x89PNG", id="png"), pytest.param("x.svg", b"<?xml", id="svg")]
)
@pytest.mark.parametrize("has_times", [True, False], ids=["times", "nothing"])
def test_it_is_drawn(name: str, start: bytes, has_times: bool, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    tally = Tally()
    if has_times:
        tally.record(ROUND_TRIP, 0.01)
    draw(tally, [SECOND] if has_times else [], tmp_path / name)

    assert (tmp_path / name).read_bytes().startswith(start)
