"""Finds the docstring below a signal's declaration.

Python itself does not store it.
"""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from textwrap import dedent

__all__ = ["text_of"]


def text_of(owner: type, name: str) -> str:
    """Returns the string below the assignment of `name` in a class's body.

    Returns "" if there is none, or if the source is not available.
    """
    try:
        (found,) = ast.parse(dedent(inspect.getsource(owner))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return ""
    body = found.body if isinstance(found, ast.ClassDef) else []
    for declared, below in pairwise(body):
        if name in _targets_of(declared) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            return inspect.cleandoc(str(below.value.value))
    return ""


def _targets_of(statement: ast.stmt) -> list[str]:
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [])
    return [target.id for target in targets if isinstance(target, ast.Name)]
