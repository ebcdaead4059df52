"""Detects the compiled build."""

from __future__ import annotations

__all__ = ["is_compiled"]


def is_compiled() -> bool:
    """Returns True if the hot modules run compiled, and False if as pure Python."""
    return not hasattr(is_compiled, "__code__")  # this module is one of them
