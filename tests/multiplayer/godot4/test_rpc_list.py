from __future__ import annotations

from hashlib import md5

import pytest

from tests.support.godot4_captures import captured_packets
from wsclient.multiplayer.godot4.rpc_list import RPCList


def test_numbers_names_by_code_point():
    names = RPCList(["several", "any", "Upper", "_private"])
    assert [names.id_of(name) for name in ("Upper", "_private", "any", "several")] == [0, 1, 2, 3]


def test_names_given_to_the_node_have_bit_15():
    names = RPCList(["mark"], ["zeta", "alpha"])
    assert [names.id_of(name) for name in ("mark", "alpha", "zeta")] == [0, 0x8000, 0x8001]
    assert [names.name_of(number) for number in (0, 0x8000, 0x8001)] == ["mark", "alpha", "zeta"]


def test_the_checksum_is_of_the_node_s_names_and_then_of_the_script_s():
    assert RPCList(["b", "a"], ["z", "y"]).checksum == md5(b"yzab").hexdigest()


def test_a_node_without_remote_procedures_has_the_checksum_of_nothing():
    assert RPCList().checksum == "d41d8cd98f00b204e9800998ecf8427e"


def test_a_name_of_both_lists_has_two_numbers_and_is_called_by_the_script_s():
    names = RPCList(["both"], ["both"])
    assert (len(names), names.id_of("both"), names.name_of(0x8000)) == (2, 0, "both")


def test_unknown_names_and_numbers_are_none():
    assert (RPCList(["a"]).id_of("b"), RPCList(["a"]).name_of(1)) == (None, None)


@pytest.mark.parametrize(
    ("names", "path"),
    [
        pytest.param(
            "any any_local any_ordered any_unreliable authority_local only_authority several _private Upper",
            "World/Calls",
            id="calls",
        ),
        pytest.param("shout hit", "World/Things/T1", id="thing"),
        pytest.param("wave hurt", "World/Things/496802098", id="player"),
        pytest.param("", "World/Spawner", id="spawner"),
    ],
)
def test_the_checksums_are_those_of_the_engine(names, path):
    assert announced_checksums(path, "rpc_modes", "player_pattern", "spawn_basic") == {RPCList(names.split()).checksum}


def test_the_checksum_with_names_of_the_node_is_that_of_the_engine():
    calls = "any any_local any_ordered any_unreliable authority_local only_authority several _private Upper"
    checksum = RPCList(calls.split(), ["plain", "get_index"]).checksum
    assert announced_checksums("World/Calls", "rpc_config") == {checksum}


def announced_checksums(path, *captures):
    meanings = [each.meaning for each in captured_packets(*captures)]
    return {each.split()[2] for each in meanings if each.startswith("SIMPLIFY") and each.endswith(f"= '{path}'")}
