"""Detects the compiled build."""

from __future__ import annotations

__all__ = ["is_compiled"]


def is_compiled() -> bool:
    """Returns True if the hot modules run compiled; False for the same modules in pure Python."""
    return not hasattr(is_compiled, "__code__")  # this is one of those modules
