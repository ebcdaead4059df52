"""Calls between everybody: every kind of method, from everybody to everybody."""

from __future__ import annotations

import pytest

from tests.support.godot4_engine import Engine
from tests.support.godot4_party import Party

pytestmark = pytest.mark.timeout(120)

ANYBODY = ("any", "any_local", "any_unreliable", "any_ordered")
ONLY_THE_AUTHORITY = ("only_authority", "authority_local")
ALSO_HERE = {"any_local", "any_unreliable", "authority_local"}
METHODS = ANYBODY + ONLY_THE_AUTHORITY


@pytest.fixture(scope="module")
def party(tmp_path_factory):
    with Party(tmp_path_factory.mktemp("party")) as party:
        yield party


def includes(target, peer_id):
    return target in {0, peer_id} or (target < 0 and target != -peer_id)


def targets_of(source, everybody):
    """All targets that a call may have; the engine knows no "all but me"."""
    return [0, *everybody, *(-peer_id for peer_id in everybody if peer_id != source)]


def expected_at(receiver, source, target, method):
    """Whether a call runs there: by the manual's rules."""
    if not includes(target, receiver):
        return False
    if receiver == source:
        return method in ALSO_HERE
    return method in ANYBODY or source == 1


def call(participant, target, method, value):
    if isinstance(participant, Engine):
        participant.run(f'w.get_node("Calls").rpc_id({target}, "{method}", "{value}")')
    else:
        participant.calls.rpc_id(target, method, value)


def heard(participant):
    if isinstance(participant, Engine):
        return {(name, sender, arguments[0]) for name, sender, arguments in participant.events() if name in METHODS}
    return {(name, sender, value) for sender, name, value in participant.calls.called}


def forget(participant):
    if isinstance(participant, Engine):
        participant.run("w.events.clear()")
    else:
        participant.calls.called.clear()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("round_", ["by-path", "by-id"])
def test_a_call_runs_only_at_its_targets(party, method, round_):
    everybody = party.ids()
    for participant in everybody.values():
        forget(participant)
    for source, participant in everybody.items():
        for target in targets_of(source, everybody):
            call(participant, target, method, f"{source} to {target}")
        call(participant, 0, "any", f"end of {source}")
    expected = {
        receiver: {
            (method, source, f"{source} to {target}")
            for source in everybody
            for target in targets_of(source, everybody)
            if expected_at(receiver, source, target, method)
        }
        | {("any", source, f"end of {source}") for source in everybody if source != receiver}
        for receiver in everybody
    }
    party.wait(lambda: all(expected[each] <= heard(participant) for each, participant in everybody.items()))
    assert {each: heard(participant) for each, participant in everybody.items()} == expected


def test_only_calls_of_the_authority_were_refused(party):
    for player in party.players:
        assert player.calls.get_rpc_list().checksum
        refused = player.api.get_refused_packet_count()
        assert refused == 2 * 2 * 3 * (1 + 1 + 3)  # rounds, methods, other clients, targets of theirs that mean us
