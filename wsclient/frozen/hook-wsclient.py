"""PyInstaller reads which modules a module imports from its source. In a compiled wheel it finds libraries instead."""

from importlib.util import find_spec

from PyInstaller.utils.hooks import collect_submodules  # type: ignore[import-not-found,import-untyped,unused-ignore]

_ROOMS = {"compiled__mypyc", "ground", "protocol", "transport"}


def _is_needed(name: str) -> bool:
    return name == "wsclient" or name.split(".")[1] in _ROOMS


hiddenimports = collect_submodules("wsclient", filter=_is_needed) if find_spec("wsclient.compiled__mypyc") else []
