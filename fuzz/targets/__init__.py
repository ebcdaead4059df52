"""The targets of fuzzing: functions that take any bytes.

A target fails if it finds a defect, and returns how many units the bytes contained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fuzz.targets import (
    commands,
    extensions,
    frames,
    inflate,
    project_4,
    relay,
    reply_head,
    request_head,
    runs,
    scene_4,
    tunnels,
    urls,
    variant,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TARGETS"]

TARGETS: Final[dict[str, Callable[[bytes], int]]] = {
    "reply_head": reply_head.check,
    "request_head": request_head.check,
    "extensions": extensions.check,
    "connect": tunnels.check_connect,
    "socks": tunnels.check_socks,
    "frames_client": frames.check_client,
    "frames_server": frames.check_server,
    "frames_built": frames.check_built,
    "frames_runs": runs.check,
    "inflate": inflate.check,
    "variant": variant.check,
    "variant_4": variant.check_4,
    "relay": relay.check,
    "commands": commands.check,
    "scene_4": scene_4.check,
    "url": urls.check_url,
    "redirect": urls.check_redirect,
    "cookies": urls.check_cookies,
    "no_proxy": urls.check_no_proxy,
    "scene_text": project_4.check_scene_text,
    "script": project_4.check_script,
    "project_4": project_4.check_project,
}
"""The targets by name. Each returns the number of units in the input (replies, frames, values or messages), and raises
an exception for a defect."""
