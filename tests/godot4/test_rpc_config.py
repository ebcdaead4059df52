from __future__ import annotations

import pytest

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.godot4.rpc_config import RPCConfig, RPCMode

DISABLED, ANY, AUTHORITY = RPCMode


@pytest.mark.parametrize(
    ("dictionary", "config"),
    [
        pytest.param({}, RPCConfig(AUTHORITY, False, TransferMode.TRANSFER_MODE_RELIABLE, 0), id="defaults"),
        pytest.param({"rpc_mode": 1}, RPCConfig(ANY), id="mode"),
        pytest.param({"call_local": True, "channel": 3}, RPCConfig(AUTHORITY, True, channel=3), id="local-and-channel"),
        pytest.param(
            {"transfer_mode": 0}, RPCConfig(transfer_mode=TransferMode.TRANSFER_MODE_UNRELIABLE), id="transfer-mode"
        ),
    ],
)
def test_reads_godots_dictionary(dictionary, config):
    assert RPCConfig.of(dictionary) == config


@pytest.mark.parametrize(
    ("dictionary", "error", "words"),
    [
        pytest.param({"mode": 1}, ValueError, r"knows no \['mode'\]", id="unknown-key"),
        pytest.param({"rpc_mode": 3}, ValueError, "3 is not a valid RPCMode", id="no-mode"),
        pytest.param({"rpc_mode": "any_peer"}, TypeError, "takes numbers, not 'any_peer'", id="no-number"),
    ],
)
def test_refuses_other_values(dictionary, error, words):
    with pytest.raises(error, match=words):
        RPCConfig.of(dictionary)


@pytest.mark.parametrize(
    ("mode", "caller", "authority", "admits"),
    [
        (DISABLED, 1, 1, False),
        (ANY, 5, 1, True),
        (AUTHORITY, 1, 1, True),
        (AUTHORITY, 5, 1, False),
        (AUTHORITY, 5, 5, True),
    ],
)
def test_one_table_decides_about_callers(mode, caller, authority, admits):
    assert RPCConfig(mode).admits(caller, authority) is admits


def test_is_written_as_a_mark():
    assert RPCConfig().in_words == '@rpc("authority", "call_remote", "reliable")'
    assert RPCConfig(ANY, True, TransferMode.TRANSFER_MODE_UNRELIABLE, 2).in_words == (
        '@rpc("any_peer", "call_local", "unreliable", 2)'
    )
