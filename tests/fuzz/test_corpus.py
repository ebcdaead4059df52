"""Runs each stored input through its fuzz target.

So faults that were found once cannot come back.
"""

from __future__ import annotations

import pytest

from fuzz.engines import RandomEngine
from fuzz.seeds import CORPUS, seeds
from fuzz.targets import TARGETS, frames, relay, reply_head, variant
from tests.support.builds import looks_inside
from wsclient.multiplayer.godot3.relay import PeerAdded
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.messages import MessageAssembler

pytestmark = pytest.mark.untraced


def corpus_of(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


@pytest.mark.hostile("A27", "B17")
@pytest.mark.parametrize("name", TARGETS)
def test_every_stored_input_passes(name: str) -> None:
    for path in sorted((CORPUS / name).iterdir()):
        try:
            TARGETS[name](path.read_bytes())
        except BaseException as error:
            error.add_note(f"the input is {path}")
            raise


@pytest.mark.parametrize("name", TARGETS)
def test_some_new_inputs_pass_too(name: str) -> None:
    engine = RandomEngine(corpus_of(name), seed=1)
    units = 0
    for _ in range(150):
        data = engine.next_input()
        try:
            units += TARGETS[name](data)
        except BaseException as error:
            error.add_note(f"the input is {data!r}")
            raise
    assert units > 0, "nothing was tried"


def test_named_inputs_are_those_of_the_seeds() -> None:
    assert {(target, name): (CORPUS / target / name).read_bytes() for target, name, _ in seeds()} == {
        (target, name): data for target, name, data in seeds()
    }


def test_there_is_no_corpus_without_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == TARGETS.keys()


# That a target can fail


def corpus_passes(name: str) -> bool:
    try:
        for data in corpus_of(name):
            TARGETS[name](data)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("name", ["frames_client", "frames_server", "frames_built"])
def test_an_exceeded_limit_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(role: Role) -> Connection:
        return Connection(role, max_message_size=10 * frames.LIMITS.size, random_bytes=bytes)

    monkeypatch.setattr(frames, "_connection", lenient)

    assert not corpus_passes(name)


@looks_inside
def test_an_accepted_bomb_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MessageAssembler, "grow", lambda *_: None)

    assert not corpus_passes("inflate")


def test_a_verdict_that_depends_on_the_cut_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_head, "in_pieces", lambda reply, _choice: [reply[:-9]])

    assert not corpus_passes("reply_head")


def test_a_value_that_reads_as_another_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variant, "encode", lambda value, **_: bytes(4) if value is None else b"\x02\0\0\0\x07\0\0\0")

    assert not corpus_passes("variant")


def test_a_message_that_is_taken_for_another_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay.relay, "encode", lambda message: bytes(9) if message != PeerAdded(1) else b"")

    with pytest.raises(relay.relay.RelayError):
        corpus_passes("relay")
