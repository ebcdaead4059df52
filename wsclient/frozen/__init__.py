"""Hooks for PyInstaller, which finds them by the entry point `pyinstaller40`."""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_folders"]


def hook_folders() -> list[str]:
    """Returns the folders with hooks for PyInstaller."""
    return [str(Path(__file__).parent)]
