from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.godot4_captures import captured_packets
from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot4.compressed import encode_many
from wsclient.multiplayer.godot4.replication_commands import (
    CUSTOM_SCENE,
    IS_PATH_ID,
    Delta,
    Spawn,
    Sync,
    decode_despawn,
    decode_spawn,
    encode_despawn,
    encode_spawn,
    is_delta,
    pack_deltas,
    pack_syncs,
    read_deltas,
    read_syncs,
    time_of_sync,
)
from wsclient.multiplayer.godot4.scene_commands import Relay, Replicate, decode

SPAWN = "04 00 01000000 03000000 02000000 03000000 04000000 05000000 543100"
CUSTOM = "04 ff 01000000 03000000 00000000 03000000 543100 02000000 0205"

SPAWNS = [
    pytest.param(SPAWN, Spawn(0, 1, 3, (4, 5), "T1"), id="no-state"),
    pytest.param(f"{SPAWN} 81 0264", Spawn(0, 1, 3, (4, 5), "T1", None, (True, 100)), id="state"),
    pytest.param(CUSTOM, Spawn(CUSTOM_SCENE, 1, 3, (), "T1", 5), id="data"),
    pytest.param(f"{CUSTOM} 0264", Spawn(CUSTOM_SCENE, 1, 3, (), "T1", 5, (100,)), id="data-and-state"),
]


class TestSpawn:
    @pytest.mark.parametrize(("wire", "spawn"), SPAWNS)
    def test_decodes(self, wire, spawn):
        assert decode_spawn(bytes.fromhex(wire)) == spawn

    @pytest.mark.parametrize(("wire", "spawn"), SPAWNS)
    def test_encodes(self, wire, spawn):
        assert encode_spawn(spawn) == bytes.fromhex(wire)

    @pytest.mark.parametrize(
        ("wire", "shortest"),
        [pytest.param(SPAWN, 29, id="scene"), pytest.param(CUSTOM, 27, id="custom")],
    )
    def test_cut_anywhere_is_an_error(self, wire, shortest):
        packet = bytes.fromhex(wire)
        assert len(packet) == shortest
        for size in range(shortest):
            with pytest.raises(CommandError):
                decode_spawn(packet[:size])

    @pytest.mark.parametrize(
        ("wire", "words"),
        [
            pytest.param("04 00 01000000 03000000 ffffffff 03000000 543100", "4294967295 synchronizers", id="count"),
            pytest.param("04 00 01000000 03000000 00000000 ffffff7f 543100", "name of 2147483647", id="name-size"),
            pytest.param("04 00 01000000 03000000 00000000 00000000", "without a name", id="no-name"),
            pytest.param("04 00 01000000 03000000 00000000 01000000 00", "without a name", id="empty-name"),
            pytest.param("04 00 01000000 03000000 00000000 02000000 ff00", "not UTF-8", id="name-is-no-text"),
            pytest.param(f"{SPAWN} 02", 'state in the SPAWN of "T1"', id="state-is-cut"),
            pytest.param("04 ff 01000000 03000000 00000000 02000000 5400 ffffffff 0205", "4294967295 bytes", id="data"),
            pytest.param("04 ff 01000000 03000000 00000000 02000000 5400 01000000 0205", "cut|beyond", id="data-cut"),
        ],
    )
    def test_a_broken_format_is_an_error(self, wire, words):
        with pytest.raises(CommandError, match=words):
            decode_spawn(bytes.fromhex(wire))

    def test_a_name_s_nul_may_be_missing(self):
        assert decode_spawn(bytes.fromhex("04 00 01000000 03000000 00000000 02000000 5431")).name == "T1"

    def test_a_name_of_many_bytes_is_shown_safely(self):
        packet = encode_spawn(Spawn(0, 1, 2, (), "\x1b[2J" * 99)) + b"\x02"
        with pytest.raises(CommandError) as caught:
            decode_spawn(packet)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 200

    def test_an_invalid_variant_cannot_be_sent(self):
        with pytest.raises(TypeError):
            encode_spawn(Spawn(CUSTOM_SCENE, 1, 2, (), "T1", object()))


class TestDespawn:
    def test_is_the_net_id(self):
        assert encode_despawn(3).hex(" ") == "05 03 00 00 00"
        assert decode_despawn(bytes.fromhex("05 03000000")) == 3

    @pytest.mark.parametrize("size", range(5))
    def test_cut_anywhere_is_an_error(self, size):
        with pytest.raises(CommandError, match="at least 5"):
            decode_despawn(encode_despawn(3)[:size])


class TestSync:
    PACKET = bytes.fromhex("06 0d00 02000000 02000000 0264 07000080 01000000 81")

    def test_is_read_part_by_part(self):
        assert time_of_sync(self.PACKET) == 13
        assert list(read_syncs(self.PACKET)) == [(2, 11, 13), (7 | IS_PATH_ID, 21, 22)]

    def test_is_packed(self):
        syncs = [Sync(2, encode_many([100])), Sync(7 | IS_PATH_ID, encode_many([True]))]
        assert pack_syncs(13, syncs, 1350) == [self.PACKET]

    def test_the_time_has_16_bits(self):
        assert time_of_sync(pack_syncs(65536 + 5, [Sync(2, b"\x81")], 1350)[0]) == 5

    def test_cut_anywhere_is_an_error_but_between_two_synchronizers(self):
        for size in range(3, len(self.PACKET)):
            packet = self.PACKET[:size]
            parts = read_syncs(packet)
            if size in {3, 13}:
                assert len(list(parts)) == size // 10
            else:
                with pytest.raises(CommandError):
                    list(parts)

    @pytest.mark.parametrize("size", range(3))
    def test_without_a_time_is_an_error(self, size):
        with pytest.raises(CommandError, match="at least 3"):
            time_of_sync(self.PACKET[:size])

    def test_the_parts_before_a_broken_one_are_read(self):
        parts = read_syncs(self.PACKET[:-1])
        assert next(parts) == (2, 11, 13)
        with pytest.raises(CommandError, match="1 bytes of values"):
            next(parts)

    def test_a_huge_size_is_an_error(self):
        with pytest.raises(CommandError, match="4294967295"):
            list(read_syncs(bytes.fromhex("06 0100 02000000 ffffffff 81")))

    def test_stays_within_the_limit(self):
        syncs = [Sync(number, b"\x81" * 10) for number in range(1, 6)]
        packets = pack_syncs(1, syncs, 3 + 2 * 18)
        assert [len(packet) for packet in packets] == [39, 39, 21]
        assert [part[0] for packet in packets for part in read_syncs(packet)] == [1, 2, 3, 4, 5]

    def test_a_synchronizer_over_the_limit_is_sent_alone(self):
        packets = pack_syncs(1, [Sync(1, b"\x81"), Sync(2, b"\x81" * 100), Sync(3, b"\x81")], 50)
        assert [[part[0] for part in read_syncs(packet)] for packet in packets] == [[1], [2], [3]]

    def test_no_data_is_no_packet(self):
        assert pack_syncs(1, [], 1350) == []


class TestDelta:
    PACKET = bytes.fromhex("16 02000000 0500000000000000 02000000 0264 03000000 0100000000000000 01000000 81")

    def test_is_distinguished_from_a_sync_by_its_flag(self):
        assert is_delta(self.PACKET)
        assert not is_delta(TestSync.PACKET)

    def test_is_read_part_by_part(self):
        assert list(read_deltas(self.PACKET)) == [(2, 5, 17, 19), (3, 1, 35, 36)]

    def test_is_packed(self):
        deltas = [Delta(2, 5, encode_many([100])), Delta(3, 1, encode_many([True]))]
        assert pack_deltas(deltas, 65535) == [self.PACKET]

    def test_cut_anywhere_is_an_error_but_between_two_synchronizers(self):
        for size in range(1, len(self.PACKET)):
            parts = read_deltas(self.PACKET[:size])
            if size == 19:
                assert list(parts) == [(2, 5, 17, 19)]
            else:
                with pytest.raises(CommandError):
                    list(parts)

    def test_stays_within_the_limit(self):
        packets = pack_deltas([Delta(number, 1, b"\x81") for number in range(1, 4)], 1 + 2 * 17)
        assert [len(packet) for packet in packets] == [35, 18]


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_an_error(data):
    for read in (
        decode_spawn,
        decode_despawn,
        time_of_sync,
        lambda x: list(read_syncs(x)),
        lambda x: [*read_deltas(x)],
    ):
        with suppress(CommandError):
            read(data)


def replicated():
    """Returns all replication packets that an engine wrote, relayed ones too."""
    found = []
    for each in captured_packets(*CAPTURES):
        if each.is_id:
            continue
        command = decode(each.data)
        if isinstance(command, Relay):
            command = decode(command.packet)
        if isinstance(command, Replicate):
            found.append((each.capture, command.code, command.packet))
    return found


CAPTURES = ("authority", "fixed_sync", "late_joiner", "player_pattern", "spawn_basic", "spawn_custom", "visibility")


def test_captured_syncs_and_deltas_are_written_again_byte_for_byte():
    count = 0
    for capture, code, packet in replicated():
        if code.name != "SYNC":
            continue
        if is_delta(packet):
            deltas = [Delta(each, mask, packet[start:end]) for each, mask, start, end in read_deltas(packet)]
            written = pack_deltas(deltas, 65535)
        else:
            syncs = [Sync(each, packet[start:end]) for each, start, end in read_syncs(packet)]
            written = pack_syncs(time_of_sync(packet), syncs, 1350)
        assert written == [packet], capture
        count += 1
    assert count > 100


def test_captured_spawns_are_written_again_byte_for_byte():
    spawns = [packet for _, code, packet in replicated() if code.name == "SPAWN"]
    assert len(spawns) > 10
    assert [encode_spawn(decode_spawn(packet)) for packet in spawns] == spawns
