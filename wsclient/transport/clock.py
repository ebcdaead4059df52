"""The default clocks for code above this room that is not passed one."""

from __future__ import annotations

from time import monotonic
from time import time as wall_clock

__all__ = ["monotonic", "wall_clock"]
