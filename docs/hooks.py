"""What the documentation is built with besides Markdown: the demos' pictures, and the tables of each class.

A line `::: members wsclient.WebSocketClient` becomes tables as Godot's class pages have them, made from the class:
properties, methods, signals and enumerations, with a mark at what Godot 3.6 does not have.
"""

from __future__ import annotations

import enum
import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

from wsclient.core.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

__all__ = ["on_config", "on_files", "on_page_markdown"]

ROOT = Path(__file__).parent.parent
MARK = "◆"

# What Godot 3.6 gives each class; of Object the part that is here.
GODOT: dict[str, set[str]] = {
    "Object": {
        "add_user_signal", "connect", "disconnect", "emit_signal", "get_class", "get_signal_connection_list",
        "get_signal_list", "has_signal", "has_user_signal", "is_blocking_signals", "is_class", "is_connected",
        "set_block_signals",
    },
    "Reference": set(),
    "PacketPeer": {
        "allow_object_decoding", "encode_buffer_max_size", "get_available_packet_count", "get_encode_buffer_max_size",
        "get_packet", "get_packet_error", "get_var", "is_object_decoding_allowed", "put_packet", "put_var",
        "set_allow_object_decoding", "set_encode_buffer_max_size",
    },
    "NetworkedMultiplayerPeer": {
        "connection_failed", "connection_succeeded", "get_connection_status", "get_packet_peer", "get_transfer_mode",
        "get_unique_id", "is_refusing_new_connections", "peer_connected", "peer_disconnected", "poll",
        "refuse_new_connections", "server_disconnected", "set_refuse_new_connections", "set_target_peer",
        "set_transfer_mode", "transfer_mode",
    },
    "WebSocketMultiplayerPeer": {"get_peer", "peer_packet", "set_buffers"},
    "WebSocketClient": {
        "connect_to_url", "connection_closed", "connection_error", "connection_established", "data_received",
        "disconnect_from_host", "get_connected_host", "get_connected_port", "get_trusted_ssl_certificate",
        "is_verify_ssl_enabled", "server_close_request", "set_trusted_ssl_certificate", "set_verify_ssl_enabled",
        "trusted_ssl_certificate", "verify_ssl",
    },
    "WebSocketPeer": {
        "close", "get_connected_host", "get_connected_port", "get_current_outbound_buffered_amount", "get_write_mode",
        "is_connected_to_host", "set_no_delay", "set_write_mode", "was_string_packet",
    },
    "MultiplayerAPI": {
        "allow_object_decoding", "clear", "connected_to_server", "connection_failed", "get_network_connected_peers",
        "get_network_peer", "get_network_unique_id", "get_root_node", "get_rpc_sender_id", "has_network_peer",
        "is_network_server", "is_object_decoding_allowed", "is_refusing_new_network_connections", "network_peer",
        "network_peer_connected", "network_peer_disconnected", "network_peer_packet", "poll",
        "refuse_new_network_connections", "root_node", "send_bytes", "server_disconnected", "set_allow_object_decoding",
        "set_network_peer", "set_refuse_new_network_connections", "set_root_node",
    },
    "Node": {
        "add_child", "custom_multiplayer", "get_children", "get_custom_multiplayer", "get_multiplayer", "get_name",
        "get_network_master", "get_node", "get_node_or_null", "get_parent", "get_path", "get_path_to", "is_a_parent_of",
        "is_network_master", "multiplayer", "name", "remove_child", "rpc", "rpc_config", "rpc_id", "rpc_unreliable",
        "rpc_unreliable_id", "rset", "rset_config", "rset_id", "rset_unreliable", "rset_unreliable_id",
        "set_custom_multiplayer", "set_name", "set_network_master",
    },
}  # fmt: skip


# Pages that are written by a run, or not yet: they stand in the navigation where they are there.
WHERE_THERE = {"What we promise": "promises.md", "Performance": "performance.md", "Robustness": "robustness.md"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Adds the pages that are there to the last section of the navigation."""
    section = next(iter(config.nav[-1].values()))
    listed = {page for entry in section for page in entry.values()}
    there = {title: page for title, page in WHERE_THERE.items() if (ROOT / "docs" / page).exists()}
    section += [{title: page} for title, page in there.items() if page not in listed]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the demos' pictures, which are kept beside the demos, as `images/demos/`."""
    for path in sorted((ROOT / "demos" / "images").glob("*.png")):
        files.append(File.generated(config, f"images/demos/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Puts tables in the place of each `::: members NAME`."""
    return re.sub(r"^::: members (\S+)$", lambda found: "\n".join(_tables(found[1])), markdown, flags=re.MULTILINE)


def _tables(path: str) -> Iterator[str]:
    module, _, name = path.rpartition(".")
    cls = getattr(import_module(module), name)
    known = {member for base in cls.__mro__ for member in GODOT.get(base.__name__, ())} if name in GODOT else None
    members = {member: value for member, value in _members(cls).items() if not member.startswith("_")}
    signals = {member: value for member, value in members.items() if isinstance(value, Signal)}
    properties = {member: value for member, value in members.items() if isinstance(value, property)}
    methods = {member: value for member, value in members.items() if inspect.isfunction(value)}
    constants = {member: value for member, value in members.items() if isinstance(value, int)}

    def row(member: str, shown: str, value: object) -> str:
        mark = "" if known is None or member in known or member in constants else f" {MARK}"
        return f"| [`{shown}`][{_home(value, cls)}.{member}]{mark} | {_summary(value)} |"

    yield from _table("Properties", [row(member, member, value) for member, value in properties.items()])
    yield from _table("Methods", [row(member, f"{member}()", value) for member, value in methods.items()])
    yield from _table(
        "Signals", [row(member, f"{member}{_arguments(value)}", value) for member, value in signals.items()]
    )
    yield from _table("Constants", [f"| `{member}` | {int(value)} |" for member, value in constants.items()])
    if known is not None:
        yield f"\n{MARK} not in Godot 3.6.\n"


def _members(cls: type) -> dict[str, Any]:
    """Its own members, and those of the mixins that are no class of Godot's."""
    found: dict[str, Any] = {}
    for base in cls.__mro__:
        is_mixin = base.__module__.startswith("wsclient.") and base.__name__ not in GODOT
        if base is cls or (is_mixin and base not in _shared(cls)):
            found = vars(base) | found
    return {name: value for name, value in found.items() if not isinstance(value, enum.EnumType)}


def _shared(cls: type) -> set[type]:
    """What a base of Godot's has brought already."""
    return {
        each
        for base in cls.__mro__[1:]
        if base.__name__ in GODOT
        for each in base.__mro__
        if each.__name__ not in GODOT
    }


def _home(value: object, cls: type) -> str:
    function = value.fget if isinstance(value, property) else value
    if not inspect.isfunction(function):
        return f"{cls.__module__}.{cls.__name__}"
    return f"{function.__module__}.{function.__qualname__.rpartition('.')[0]}"


def _summary(value: object) -> str:
    if isinstance(value, Signal):
        return ""  # it stands below, where the declaration is read
    return (inspect.getdoc(value) or "").partition("\n")[0].replace("|", "\\|")


def _arguments(signal: Signal[*tuple[Any, ...]]) -> str:
    types = (getattr(kind, "__name__", str(kind)) for kind in signal.types)
    return f"({', '.join(f'{name}: {kind}' for name, kind in zip(signal.parameters, types, strict=True))})"


def _table(heading: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield from (f"\n**{heading}**\n", "| | |", "|---|---|", *rows)
