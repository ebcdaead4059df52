"""`python -m wsclient examples`: lists the demos."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from wsclient.cli.options import ExitCode

__all__ = ["examples"]

_ELSEWHERE = """\
The demos are not installed with the library. They are in its repository and in its source archive:

  pip download --no-deps --no-binary :all: godot-wsclient

It unpacks to a folder with demos/. Its demos/README.md describes each of them and how to run it.
"""


def examples(output: TextIO, package: Path | None = None) -> int:
    """Lists the demos next to the package, or prints their address.

    Args:
        output: the stream for the output.
        package: the folder of the package; None for this one.
    """
    demos = (package or Path(__file__).resolve().parents[1]).parent / "demos"
    found = sorted(folder.parent.name for folder in demos.glob("*/__init__.py")) if demos.is_dir() else []
    if not found:
        print(_ELSEWHERE, file=output, end="")
        return ExitCode.DONE
    print(f"In {demos.parent}:", file=output)
    for name in found:
        if (demos / name / "__main__.py").exists():
            print(f"  python -m demos.{name}", file=output)
    print("demos/README.md describes each of them.", file=output)
    return ExitCode.DONE
