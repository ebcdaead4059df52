"""Reads the source text of the package without importing it.

It finds its modules, and the imports of each.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PACKAGE", "ROOT", "Import", "Module", "imports", "modules", "without_docstrings"]

PACKAGE = "wsclient"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Module:
    """One module, as text.

    Attributes:
        name: with its package, "wsclient.protocol.url"; a package's `__init__` has the package's own name.
    """

    name: str
    text: str
    is_package: bool = False

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.name)


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module imports.

    Attributes:
        module: absolute, "wsclient.protocol".
        name: what is taken from it ("url"); None for `import module`.
        is_typing_only: stands under `if TYPE_CHECKING:`.
        is_at_start: runs when the module is imported, not when a function is called.
    """

    module: str
    name: str | None
    line: int
    is_typing_only: bool = False
    is_at_start: bool = True


def modules() -> list[Module]:
    """Reads every module of the package, in the order of their paths."""
    return [_read(path) for path in sorted((ROOT / PACKAGE).rglob("*.py"))]


def imports(module: Module) -> Iterator[Import]:
    """Returns what a module imports anywhere.

    It finds statements, and `import_module` with a literal name.
    """
    yield from _walk(module, module.tree, is_typing_only=False, is_at_start=True)


def without_docstrings(tree: ast.Module) -> ast.Module:
    """Takes the docstrings out of a tree, so that only what runs is left."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        match node.body:
            case [ast.Expr(value=ast.Constant(value=str())), *rest]:
                node.body = rest
    return tree


def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if is_package else parts), path.read_text(encoding="utf-8"), is_package)


def _walk(module: Module, node: ast.AST, *, is_typing_only: bool, is_at_start: bool) -> Iterator[Import]:
    for name, taken in _imported_by(module, node):
        yield Import(name, taken, getattr(node, "lineno", 0), is_typing_only, is_at_start)
    guarded: list[ast.stmt] = []
    match node:
        case ast.If() if ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            guarded = node.body
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            is_at_start = False
    for child in ast.iter_child_nodes(node):
        below = is_typing_only or child in guarded
        yield from _walk(module, child, is_typing_only=below, is_at_start=is_at_start)


def _imported_by(module: Module, node: ast.AST) -> list[tuple[str, str | None]]:
    match node:
        case ast.Import():
            return [(alias.name, None) for alias in node.names]
        case ast.ImportFrom():
            return [(_absolute(module, node), alias.name) for alias in node.names]
        case ast.Call(
            func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return [(name, None)]
    return []


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    package = module.name.split(".")
    up = node.level - 1 if module.is_package else node.level
    base = package[: len(package) - up]
    return ".".join([*base, node.module] if node.module else base)
