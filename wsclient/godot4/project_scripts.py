"""Finds the marks of a project's scripts.

It includes those of base classes, and evaluates constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.godot4.gdscript_marks import WORDS, text_of
from wsclient.godot4.native_classes import NATIVE_CLASSES
from wsclient.ground.escape import escape
from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wsclient.godot4.gdscript_marks import Mark, ScriptClass, Token
    from wsclient.godot4.project_files import ProjectFiles

__all__ = ["FoundMark", "ProjectScripts"]

_MAX_STEPS: Final = 64  # arbitrary: the longest chain of base classes or constants


class _Place(Value):
    """A class of a script, and the file that contains it."""

    script: ScriptClass
    path: str


class FoundMark(Value):
    """A mark, and the class in which the names in its arguments are looked up."""

    mark: Mark
    place: _Place


class ProjectScripts:
    """Finds the base classes of scripts, and evaluates their marks.

    Args:
        files: the project.
        autoloads: returns the scripts and scenes that may be extended by the name of an autoload.
        script_of: returns the script of a path, which may be that of a scene.
    """

    def __init__(
        self, files: ProjectFiles, autoloads: Callable[[], dict[str, str]], script_of: Callable[[str], str]
    ) -> None:
        self._files = files
        self._autoloads = autoloads
        self._script_of = script_of

    def marks(self, path: str, inner_class: str = "") -> dict[str, FoundMark]:
        """Returns the marks of a script and of its bases, the nearest for each name."""
        marks: dict[str, FoundMark] = {}
        seen: list[ScriptClass] = []
        place = self._start(path, inner_class)
        while place is not None:
            if place.script in seen or len(seen) > _MAX_STEPS:
                self._files.doubt(place.path, "is its own base")
                break
            seen.append(place.script)
            for name, mark in place.script.marks.items():
                marks.setdefault(name, FoundMark(mark, place))
            place = self._base(place)
        return marks

    def words(self, found: FoundMark) -> tuple[str, ...]:
        """Returns the words of a mark, such as "any_peer" and "call_local".

        Adds a doubt if one cannot be evaluated.
        """
        values = [self._evaluated(argument, found) for argument in found.mark.arguments]
        return tuple(value for value in values if isinstance(value, str) and value in WORDS)

    def class_name(self, path: str) -> str:
        """Returns the `class_name` of a script; "" if it has none."""
        script = self._files.script(path)
        return "" if script is None else script.class_name

    # Bases

    def _start(self, path: str, inner_class: str) -> _Place | None:
        script = self._files.script(path)
        if script is None or not inner_class:
            return None if script is None else _Place(script, path)
        if inner_class not in script.inner:
            self._files.doubt(path, f"has no class {escape(inner_class)}")
            return None
        return _Place(script.inner[inner_class], path)

    def _base(self, place: _Place) -> _Place | None:
        """Returns the base of a class; None if it is a class of the engine."""
        names = [each for each in place.script.base if each.text not in {".", "("}]
        if not names:
            return None
        first, inner = names[0], [each.text for each in names[1:]]
        if first.kind == "string":
            return self._inside(self._files.named(text_of(first), place.path), inner, place.path)
        return self._named_base(place, first.text, inner)

    def _named_base(self, place: _Place, name: str, inner: list[str]) -> _Place | None:
        """Looks for a class by name.

        It looks inside the script, at what the script has loaded, in the project, and in the engine.
        """
        around: ScriptClass | None = place.script.outer or place.script
        while around is not None:
            if name in around.inner and around.inner[name] is not place.script:
                return _Place(_descend(around.inner[name], inner), place.path)
            if (loaded := _loaded(around.constants.get(name, ()))) is not None:
                return self._inside(self._files.named(loaded, place.path), inner, place.path)
            around = around.outer
        named = self._files.path_of_class(name)
        if named is not None:
            return self._inside(named, inner, place.path)
        if name in self._autoloads():
            return self._inside(self._script_of(self._autoloads()[name]), inner, place.path)
        if name not in NATIVE_CLASSES:
            self._files.doubt(place.path, f"extends {escape(name)}, which no script and no engine known here has")
        return None

    def _inside(self, path: str, inner: list[str], asked_by: str) -> _Place | None:
        found = self._files.script(path) if path else None
        if found is None:
            self._files.doubt(asked_by, f"extends a script that cannot be read: {escape(path) or 'an unknown uid'}")
            return None
        return _Place(_descend(found, inner), path)

    # Arguments

    def _evaluated(self, tokens: Sequence[Token], found: FoundMark) -> str | int | None:
        """Returns the value of an argument of `@rpc`.

        Strings, numbers, constants, and sums of these are evaluated.
        """
        texts: list[str] = []
        number, sign = 0, 1
        for operand in _operands(tokens):
            if operand in {"+", "-"}:
                sign = 1 if operand == "+" else -1
                continue
            value = self._operand(operand, found.place)
            if isinstance(value, str):
                texts.append(value)
            elif value is not None:
                number += sign * value
            else:
                why = f"has an @rpc of {found.mark.name} whose words cannot be determined"
                self._files.doubt(found.place.path, why, found.mark.line)
                return None
        return "".join(texts) if texts else number

    def _operand(self, operand: Token | str, place: _Place, steps: int = 0) -> str | int | None:
        if isinstance(operand, str):
            return self._constant(operand, place, steps)
        if operand.kind == "string":
            return text_of(operand)
        return int(operand.text) if operand.text.isdecimal() else None

    def _constant(self, name: str, place: _Place, steps: int) -> str | int | None:
        """Returns the value of a constant.

        It belongs to this class, to one around it, or to another script, as in `Other.CH`.
        """
        if steps > _MAX_STEPS:
            return None
        around: ScriptClass | None = place.script
        while around is not None:
            operands = _operands(around.constants.get(name, ()))
            if operands:
                return self._operand(operands[0], place, steps + 1) if len(operands) == 1 else None
            around = around.outer
        head, _, rest = name.partition(".")
        path = self._files.path_of_class(head) if rest else None
        script = self._files.script(path) if path else None
        return None if script is None else self._constant(rest, _Place(script, path or ""), steps + 1)


def _descend(script: ScriptClass, names: list[str]) -> ScriptClass:
    for name in names:
        if name not in script.inner:
            break
        script = script.inner[name]
    return script


def _loaded(tokens: Sequence[Token]) -> str | None:
    """Returns the path in `preload("..")`; None for any other expression."""
    if len(tokens) >= 4 and tokens[0].text in {"preload", "load"} and tokens[2].kind == "string":
        return text_of(tokens[2])
    return None


def _operands(tokens: Sequence[Token]) -> list[Token | str]:
    """Joins names with dots, so that `Other.CH` is one operand."""
    found: list[Token | str] = []
    is_joined = False
    for token in tokens:
        if token.text == ".":
            is_joined = True
        elif token.kind == "name" and is_joined and found and isinstance(found[-1], str):
            found[-1] = f"{found[-1]}.{token.text}"
            is_joined = False
        else:
            found.append(token if token.kind in {"string", "number"} else token.text)
    return found
