from __future__ import annotations

import pytest

from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.base import Settings
from wsclient.transport.opening.answering import Answering
from wsclient.transport.opening.connecting import Connecting
from wsclient.transport.opening.phase import Phase
from wsclient.transport.opening.requesting import Requesting
from wsclient.transport.opening.securing import Securing


class Waiting(Phase):
    stage = Stage.HANDSHAKE
    too_late = "{place} said nothing within {seconds:g} s"

    def step(self, now: float) -> None:
        return None

    def close(self) -> None: ...


class Refused(Waiting):
    @property
    def refusal(self) -> Failure:
        return Failure(Stage.HANDSHAKE, FailureKind.HTTP_STATUS, "refused")


def test_reports_a_timeout() -> None:
    failure = Waiting("a:80", Settings()).give_up(2.5)
    assert failure == Failure(Stage.HANDSHAKE, FailureKind.TIMEOUT, "a:80 said nothing within 2.5 s")


def test_a_refusal_that_was_still_arriving_counts_more() -> None:
    assert Refused("a:80", Settings()).give_up(2.5).detail == "refused"


@pytest.mark.parametrize(
    ("phase", "stage"),
    [
        (Connecting, Stage.CONNECT),
        (Securing, Stage.TLS),
        (Requesting, Stage.HANDSHAKE),
        (Answering, Stage.HANDSHAKE),
    ],
)
def test_each_phase_has_its_stage_and_its_words_for_being_late(phase: type[Phase], stage: Stage) -> None:
    assert phase.stage is stage
    assert "within 2.5 s" in phase.too_late.format(place="a:80", seconds=2.5)
