"""Lists the modules of a compiled wheel for PyInstaller.

PyInstaller finds imports by reading the source, and a compiled wheel has libraries instead.
"""

from pathlib import Path

__all__ = ["hiddenimports"]

_PACKAGE = Path(__file__).parents[1]
_LIBRARY = "compiled__mypyc"
_ROOMS = ("ground", "protocol", "transport")  # the rooms that have compiled modules


def _modules() -> list[str]:
    """Returns the shared library and all modules of those rooms.

    Returns an empty list if nothing is compiled.
    """
    if not any(_PACKAGE.glob(f"{_LIBRARY}.*")):
        return []
    sources = [
        path.relative_to(_PACKAGE).with_suffix("") for room in _ROOMS for path in (_PACKAGE / room).rglob("*.py")
    ]
    return [f"wsclient.{_LIBRARY}", *(".".join(("wsclient", *path.parts)) for path in sorted(sources))]


hiddenimports: list[str] = _modules()
