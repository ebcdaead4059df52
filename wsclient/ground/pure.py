"""Runs the modules of a compiled wheel as pure Python."""

from __future__ import annotations

import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec

__all__ = ["prefer_pure"]

_PACKAGE = f"{__name__.partition('.')[0]}."


class _PureFinder:
    """Finds the modules of this package by their source, and no other modules."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        if not name.startswith(_PACKAGE):
            return None
        finders = (FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)) for folder in path or ())
        return next((spec for finder in finders if (spec := finder.find_spec(name))), None)


def prefer_pure() -> None:
    """Makes modules of this package that are imported later run as pure Python."""
    sys.meta_path.insert(0, _PureFinder)
