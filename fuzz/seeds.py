"""Writes the first inputs of each target into `corpus/`: `python -m fuzz.seeds`.

Inputs that were added by long runs are kept.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING, Final

from fuzz.targets.project_4 import FILES, SEPARATOR
from fuzz.targets.reply_head import KEY_BYTES
from fuzz.targets.runs import LIMITS, SIZES
from wsclient import godot4
from wsclient.multiplayer.godot3 import commands, relay
from wsclient.multiplayer.godot4 import scene_commands
from wsclient.protocol.masking import mask
from wsclient.variant import (
    GODOT_4,
    RID,
    Color,
    EncodedObjectAsID,
    NodePath,
    PoolIntArray,
    PoolRealArray,
    PoolStringArray,
    Transform,
    Vector2,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CORPUS", "main", "seeds"]

CORPUS: Final = Path(__file__).parent / "corpus"

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
_ACCEPT = base64.b64encode(hashlib.sha1(base64.b64encode(KEY_BYTES) + _GUID, usedforsecurity=False).digest())


def seeds() -> Iterator[tuple[str, str, bytes]]:
    """Yields the target, the name and the bytes of each input."""
    yield from (("reply_head", name, b"\x06" + reply) for name, reply in _replies().items())
    yield from (("request_head", name, b"\x06" + request) for name, request in _requests().items())
    yield from (("connect", name, b"\x06" + answer) for name, answer in _answers().items())
    yield from (("socks", name, data) for name, data in _socks_answers().items())
    for name, stream in _streams().items():
        yield "frames_client", name, b"\x04" + b"".join(_frame(*each) for each in stream)
        yield "frames_server", name, b"\x05" + b"".join(_frame(*each, key=b"abcd") for each in stream)
    yield from (("frames_built", name, data) for name, data in _built().items())
    yield from (("frames_runs", name, data) for name, data in _runs().items())
    yield from (("inflate", name, data) for name, data in _compressed().items())
    yield from (("variant", name, b"\0" + data) for name, data in _variants().items())
    yield from (("variant_4", name, b"\0" + data) for name, data in _variants_4().items())
    yield from (("relay", name, data) for name, data in _relayed().items())
    for name, packet in _commands().items():
        yield "commands", name, bytes((len(packet),)) + packet
    yield "commands", "session", b"".join(bytes((len(packet),)) + packet for packet in _commands().values())
    for name, packet in _scene_packets().items():
        yield "scene_4", name, bytes((len(packet),)) + packet
    yield "scene_4", "session", b"".join(bytes((len(packet),)) + packet for packet in _scene_packets().values())
    for target, texts in _addresses().items():
        yield from ((target, f"{number}", data) for number, data in enumerate(texts))
    yield from (("scene_text", name, text) for name, text in _PROJECT.items() if not name.endswith(".gd"))
    yield from (("script", name, text) for name, text in _PROJECT.items() if name.endswith(".gd"))
    yield "project_4", "game", SEPARATOR.join(_PROJECT[name] for name in FILES)
    yield "project_4", "empty", b""


def _addresses() -> dict[str, list[bytes]]:
    """Returns URLs, redirects, cookies, extensions and lists of exceptions."""
    long_cookie = b"\0" + b"\n".join(b"name%d=%s" % (number, b"v" * 60) for number in range(60))
    return {
        "url": [
            b"wss://game.example/room?id=7#part",
            b"localhost:9080",
            b"ws://user:p%40ss@[fe80::1%25eth0]:81/\xc3\xa4?\xf0\x9f\x98\x80",
            "ws://stra\u00dfe.example/".encode(),
            b"ws+unix:///run/game.sock:/room",
            b"mailto:a@b.example",
        ],
        "redirect": [
            b"\0wss://other.example/",
            b"\0../up?q#f",
            b"\0http://game.example/",
            b"\x01//user:secret@host:1/",
            b"\x02javascript:alert(1)",
            b"\x01?only=query",
        ],
        "cookies": [
            b"\0a=b; Path=/room; Secure; HttpOnly\nc=d; Domain=.game.example; Max-Age=60",
            b"\0a=b; Expires=Sun, 06 Nov 2033 08:49:37 GMT\na=; Max-Age=0\n=x\ny",
            b"\x01__Host-a=b; Path=/; Secure\n__secure-x=y\nz=1; Domain=other.example",
            long_cookie,
        ],
        "extensions": [
            b"\x0fpermessage-deflate; client_max_window_bits",
            b'\0permessage-deflate; server_max_window_bits=10; client_max_window_bits="9"; server_no_context_takeover',
            b"\0x-webkit-deflate-frame, permessage-deflate; client_no_context_takeover;\t,permessage-deflate",
            b'\0x; y=",permessage-deflate; client_max_window_bits,"',
            b"\0permessage-deflate; server_max_window_bits=16\npermessage-deflate; unknown=1",
        ],
        "no_proxy": [
            b"*",
            b"localhost, .example,10.0.0.0/8",
            b"[fe80::1]:9080,fe80::1",
            b"*.game.example:443,127.0.0.0/33",
        ],
    }


_PROJECT: Final = {
    "project.godot": b'config_version=5\n[autoload]\nLobby="*res://main.gd"\nWorld="res://other.tscn"\n',
    "main.tscn": b"""[gd_scene load_steps=3 format=3 uid="uid://c1"]
[ext_resource type="Script" path="res://main.gd" id="1"]
[ext_resource type="PackedScene" path="res://other.tscn" id="2"]
[ext_resource type="SceneReplicationConfig" path="res://config.tres" id="3"]
[sub_resource type="SceneReplicationConfig" id="s"]
properties/0/path = NodePath(".:position")
properties/0/spawn = true
properties/0/replication_mode = 1
[node name="Main" type="Node"]
script = ExtResource("1")
[node name="Spawner" type="MultiplayerSpawner" parent="."]
_spawnable_scenes = PackedStringArray("res://other.tscn", "uid://c1")
spawn_path = NodePath("..")
[node name="Sync" type="MultiplayerSynchronizer" parent="."]
replication_config = SubResource("s")
[node name="Far" type="MultiplayerSynchronizer" parent="Other"]
replication_config = ExtResource("3")
[node name="Other" parent="." instance=ExtResource("2")]
value = {"a": [1, 2.5, -0x1f, true], &"b": Vector2(1, inf)} ; a comment
""",
    "main.gd": b"""extends "res://base.gd"
class_name Main
const MODE = "any" + "_peer"
enum { A, B = 3 }
@rpc(MODE, "call_local", B)
func hurt(by: int, where := Vector2(1, 2)) -> void:
\tpass
@rpc
func wave(): pass
class Inner:
\t@rpc("authority") func deep(): pass
""",
    "config.tres": b"""[gd_resource type="SceneReplicationConfig" format=3]
[resource]
properties/0/path = NodePath("Body:scale")
properties/0/sync = true
""",
    "other.tscn": b"""[gd_scene format=3]
[node name="Other" type="Node2D"]
[node name="Self" parent="." instance=ExtResource("9")]
""",
    "base.gd": b"""extends Node
@rpc("any_peer", "unreliable", "call_remote", 2) func move(): pass
const TEXT = \"\"\"@rpc
func not_this(): pass\"\"\"
""",
}


def _replies() -> dict[str, bytes]:
    agreed = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + _ACCEPT + b"\r\n"
    )
    chunked = b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n"
    return {
        "agreed": agreed + b"Sec-WebSocket-Protocol: chat\r\n\r\n",
        "agreed-and-a-frame": agreed + b"Sec-WebSocket-Protocol: superchat\r\n\r\n\x81\x05Hello",
        "no-subprotocol": agreed + b"\r\n",
        "extension": agreed + b"Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        "continue": b"HTTP/1.1 100 Continue\r\n\r\n" + agreed + b"Sec-WebSocket-Protocol: chat\r\n\r\n",
        "not-found": b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot here.",
        "chunked": chunked + b"5\r\nno, n\r\n2;x=y\r\no.\r\n0\r\n\r\n",
        "chunked-badly": chunked + b"5\r\nno, n\r\n-2\r\no.\r\n",
        "redirect": b"HTTP/1.1 302 Found\r\nLocation: wss://other.example/\r\n\r\n",
        "portal": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><title>Log in</title></html>",
        "folded": b"HTTP/1.1 101 Go\r\nUpgrade:\r\n websocket\r\n\r\n",
        "http-1.0": b"HTTP/1.0 101 Switching Protocols\r\n\r\n",
        "tls": b"\x15\x03\x01\x00\x02\x02\x28",
        "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
        "http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    }


_Frame = tuple[int, bytes, bool]
"""The opcode, the payload, and whether the frame is final."""


def _requests() -> dict[str, bytes]:
    upgrade = b"Host: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    good = b"GET /chat?room=1 HTTP/1.1\r\n" + upgrade + key
    return {
        "good": good + b"\r\n",
        "good-and-a-frame": good + b"Sec-WebSocket-Protocol: a, b\r\nOrigin: http://h\r\n\r\n\x81\x80abcd",
        "absolute": good.replace(b"/chat", b"http://h/%63hat")
        + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        "browser": b"GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n",
        "post": good.replace(b"GET", b"POST") + b"Content-Length: 2\r\n\r\nhi",
        "http-1.0": good.replace(b"1.1", b"1.0") + b"\r\n",
        "line-feeds": good.replace(b"\r", b"") + b"\n",
        "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    }


def _answers() -> dict[str, bytes]:
    return {
        "yes": b"HTTP/1.1 200 Connection established\r\n\r\n\x16\x03\x01",
        "yes-with-headers": b"HTTP/1.0 200 OK\r\nProxy-agent: x\r\nContent-Length: 5\r\n\r\nhello",
        "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\n\r\n",
        "credentials": b'HTTP/1.1 407 x\r\nProxy-Authenticate: Digest realm="a, b", NTLM\r\n\r\n<html>',
        "unreachable": b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
        "line-feeds": b"HTTP/1.1 403 Forbidden\nX: y\n\n",
        "socks": b"\x05\xff",
        "tls": b"\x15\x03\x01\x00\x02\x02\x28",
    }


def _socks_answers() -> dict[str, bytes]:
    plain, known, version_4 = b"\x00", b"\x08", b"\x10"  # choices: the kind of tunnel, and pieces of one byte
    return {
        "yes": plain + b"\5\0\5\0\0\1" + bytes(6) + b"\x16\x03",
        "yes-with-a-name": plain + b"\5\0\5\0\0\3\4host\0\x50",
        "yes-with-ipv6": known + b"\5\2\1\0\5\0\0\4" + bytes(18),
        "no": plain + b"\5\0\5\5\0\1" + bytes(6),
        "credentials": plain + b"\5\xff",
        "wrong-password": known + b"\5\2\1\1",
        "http": plain + b"HTTP/1.1 400 Bad Request\r\n\r\n",
        "socks4-yes": version_4 + b"\0\x5a" + bytes(6) + b"hello",
        "socks4-no": version_4 + b"\0\x5b" + bytes(6),
    }


def _streams() -> dict[str, list[_Frame]]:
    text, binary, ping = 1, 2, 9
    return {
        "messages": [
            (text, b"Hello", True),
            (binary, bytes(130), True),
            (text, "h\u00e9\u20ac\U0001f600".encode(), True),
        ],
        "fragments": [(text, b"one ", False), (0, b"two", False), (ping, b"?", True), (0, b"", True)],
        "cut-character": [(text, b"\xf0\x9f", False), (0, b"\x98", False), (0, b"\x80", True)],
        "controls": [(ping, b"", True), (ping, bytes(125), True), (10, b"late", True), (8, b"\x03\xe8bye\0", True)],
        "close": [(binary, b"last", True), (8, b"", True), (text, b"ignored", True)],
        "flood": [(binary, bytes((number,)) * 3, True) for number in range(60)],
        "flood-of-one-size": [(binary, bytes(16), True)] * 150,
        "texts-of-one-size": [(text, "\u00e9".encode(), True)] * 70 + [(text, b"\xe9a", True), (text, b"ab", True)] * 9,
        "over-the-limit": [(binary, bytes(400), False), (0, bytes(201), True)],
        "too-many": [(binary, b"", False), *[(0, b"", False)] * 6],
    }


def _frame(opcode: int, payload: bytes, is_final: bool, key: bytes = b"") -> bytes:
    size = len(payload)
    length = bytes((bool(key) << 7 | min(size, 126),)) + (pack(">H", size) if size > 125 else b"")
    return bytes((is_final << 7 | opcode,)) + length + key + (mask(payload, key) if key else payload)


def _built() -> dict[str, bytes]:
    return {
        "client-all": b"\0" + b"".join(bytes((what, how)) + b"payload." * 8 for what in range(16) for how in (3, 4)),
        "server-all": b"\x01" + b"".join(bytes((what, how)) + b"payload." * 8 for what in range(16) for how in (3, 4)),
        "client-fragments": b"\0" + (b"\x70\x03abcde" + b"\x04\x03abcde\x06\x01x" * 3) * 5,
        "client-too-many": b"\0" + b"\x70\x00" + b"\x74\x00" * 8,
        "client-flood": b"\0" + b"\x00\x02ab" * 300,
    }


def _runs() -> dict[str, bytes]:
    text, binary = 0, 1
    size = {each: number for number, each in enumerate(SIZES)}
    flood, large = bytes((binary, size[16], 255, 0)), bytes((binary, size[65_536], 3, 0))
    turns = bytes((text, size[60], 200, 5))
    found = {
        "flood": flood * 3,
        "turns": turns + bytes((text, size[300], 60, 42)) + flood,
        "large": large + bytes((text + 32, size[90_000], 1, 0)) + large,
        "large-of-two-kinds": bytes((text, size[65_537], 4, 4)) + flood,
        "large-fragments": bytes((binary | 128, size[16_384], 1, 0, 6 | 128, size[16_384], 4, 0, 6, size[1], 1, 0)),
        "over-the-limit": large + bytes((binary, size[LIMITS.size + 1], 1, 0)),
        "no-text": turns + bytes((text + 112, size[65_536], 1, 0)),
    }
    found = {name: b"\0" + data for name, data in found.items()}
    near = [large * 2 + bytes((text, size[60], 9, 4)), large + turns, large[:2] + b"\3\xf8", turns * 2]
    found |= {f"cut-{turn:x}": bytes((turn << 4 | 12,)) + near[turn % 4] for turn in range(16)}
    return found | {"cut": b"\x58" + large * 2 + flood, "server": b"\x05" + turns + large[:2] + b"\1\0" + flood}


def _compressed() -> dict[str, bytes]:
    hello = bytes.fromhex("f248cdc9c90700")  # RFC 7692 section 7.2.3.1
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = (deflater.compress(bytes(100_000)) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
    last_block = bytes.fromhex("f348cdc9c9070000")  # RFC 7692 section 7.2.3.4
    sizes = [(b"hello", hello), (b"shared-window", hello), (b"last-block", last_block), (b"bomb", bomb)]
    found = {name.decode(): b"\x01\x05\x16" + bytes((len(data),)) + data for name, data in sizes}
    found["shared-window"] = b"\x01\x05" + (b"\x16\x07" + hello) * 2 + b"\x16\x05" + bytes.fromhex("f200110000")
    found["well-compressed"] = b"\x0e\x03" + b"".join(bytes((what, 40)) + b"abcdefgh" * 5 for what in range(256))[:3000]
    found["fragments"] = b"\x01\x02\x12\x03" + hello[:3] + b"\x04\x04" + hello[3:]
    found["empty-blocks"] = b"\x01\x05\x16\x32" + b"\x02\x00" * 25
    found["plain"] = b"\x01\x05\x04\x05Hello"
    return found


def _variants() -> dict[str, bytes]:
    values: dict[str, object] = {
        "plain": [None, True, False, 7, -(2**40), 1.5, 0.1, "text", "h\u00e9", b"bytes"],
        "nested": {"a": {"b": [1, [2, [3, {}]]]}, ("tuple",): [], 1: {2: 3}},
        "shapes": [Vector2(1, 2), Color(1, 0, 0), NodePath("/root/a:b"), Transform(), RID(), EncodedObjectAsID(9)],
        "pools": [PoolIntArray([1, 2]), PoolRealArray([0.5]), PoolStringArray(["a", "b"])],
        "special": [float("nan"), float("inf"), -0.0, 2**63 - 1, -(2**63), ""],
    }
    found = {name: encode(value) for name, value in values.items()}
    found["deep"] = b"\x13\0\0\0\x01\0\0\0" * 200 + bytes(4)
    found["several"] = b"".join(found.values())[:2000]
    found["huge-array"] = b"\x13\0\0\0\xff\xff\xff\x7f" + bytes(16)
    found["object"] = b"\x11\0\0\0\x06\0\0\0Script\0\0" + bytes(8)
    return found


def _variants_4() -> dict[str, bytes]:
    values: dict[str, object] = {
        "plain": [None, True, 7, -(2**40), 1.5, 0.1, "text", godot4.StringName("name"), b"bytes"],
        "nested": {"a": {"b": [1, [2, [3, {}]]]}, ("tuple",): [], 1: {godot4.StringName("k"): 3}},
        "shapes": [row.python() for row in GODOT_4 if row.python is not EncodedObjectAsID],
        "typed": [
            godot4.TypedArray([1, 2], int),
            godot4.TypedArray([None], "Node"),
            godot4.TypedDictionary({"a": Vector2()}, str, Vector2),
            godot4.TypedDictionary({}, None, "res://a.gd"),
        ],
        "many": godot4.TypedArray(range(20), int),
    }
    found = {name: encode(value, full_objects=True, dialect=GODOT_4) for name, value in values.items()}
    found["wide"] = bytes.fromhex("23000100 01000000 000000000000f03f 0000000000000040")
    found["wide-and-tiny"] = bytes.fromhex("09000100 ffffffff00000000 0100000000000000 ffffffffffffef7f")
    found["misfits"] = b"\x1c\0\1\0\2\0\0\0" + found["plain"][4:]
    found["several"] = b"".join(found.values())[:2000]
    return found


def _relayed() -> dict[str, bytes]:
    return {
        "packet": relay.encode_packet(2, -3, b"payload"),
        "id": relay.encode(relay.IdAssigned(1_234_567)),
        "add": relay.encode(relay.PeerAdded(1)),
        "remove": relay.encode(relay.PeerRemoved(7)),
        "short": bytes(8),
    }


def _scene_packets() -> dict[str, bytes]:
    """Returns packets that the engine sends to a client, with the nodes of `scene_4`.

    They are those of Godot 4.
    """
    spawn = pack("<BBIIII", 4, 0, 2, 1, 1, 3) + pack("<I", 2) + b"T1\0" + bytes((2, 90))
    call = scene_commands.invocation_of_call(0, [1, "x", True])
    nothing = "d41d8cd98f00b204e9800998ecf8427e"
    return {
        "add_peer": scene_commands.encode_add_peer(9),
        "announce_main": scene_commands.encode_simplify_path(nothing, 1, "Main"),
        "announce_spawner": scene_commands.encode_simplify_path(nothing, 2, "Main/Spawner"),
        "announce_sync": scene_commands.encode_simplify_path(nothing, 3, "Main/Sync"),
        "auth": scene_commands.encode_auth(b"secret"),
        "bytes": scene_commands.encode_raw(b"\x00\xff"),
        "call_by_id": call.by_id(1),
        "call_by_path": call.by_path("Main"),
        "call_of_two": scene_commands.invocation_of_call(2, [b"bytes"]).by_id(1),
        "confirm": scene_commands.encode_confirm_path(1, are_lists_equal=False),
        "relayed_call": scene_commands.encode_relay(9, call.by_path("Main")),
        "forged": scene_commands.encode_relay(9, scene_commands.invocation_of_call(1, []).by_path("Main")),
        "spawn": spawn,
        "sync": pack("<BHII", 6, 7, 2, 2) + bytes((2, 80)),
        "sync_by_path": pack("<BHII", 6, 8, 0x80000003, 2) + bytes((2, 80)),
        "delta": pack("<BIQI", 0x16, 2, 1, 2) + bytes((2, 70)),
        "despawn": pack("<BI", 5, 1),
        "del_peer": scene_commands.encode_del_peer(9),
    }


def _commands() -> dict[str, bytes]:
    call = commands.invocation_of_call("any", [1, "two", Vector2(3, 4)])
    return {
        "simplify": commands.encode_simplify_path(5, "."),
        "call-by-id": call.by_id(5),
        "call-by-path": call.by_path("."),
        "call-two": commands.invocation_of_call("two", [None, [1]]).by_path("."),
        "call-forbidden": commands.invocation_of_call("only_the_master_may", []).by_path("."),
        "call-unmarked": commands.invocation_of_call("not_from_afar", []).by_path("."),
        "set": commands.invocation_of_set("score", {"a": 1}).by_path("."),
        "set-unmarked": commands.invocation_of_set("name", "x").by_path("."),
        "confirm": commands.encode_confirm_path("Main/Player"),
        "raw": commands.encode_raw(b"bytes of the game"),
    }


def main() -> None:
    """Writes all inputs."""
    for target, name, data in seeds():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
