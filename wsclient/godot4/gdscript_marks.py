"""Finds the `@rpc` methods of a GDScript, and the declarations they depend on.

These are base classes, inner classes and constants. It makes one pass over the tokens. Statements that do not matter
here are skipped, whatever they contain, so that no script is too new or too broken to be read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from wsclient.ground.escape import escape
from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["WORDS", "Mark", "ScriptClass", "Sighting", "Token", "read_script", "text_of"]

WORDS = ("any_peer", "authority", "call_local", "call_remote", "reliable", "unreliable", "unreliable_ordered")
"""The words that `@rpc` takes. A fourth argument is a channel."""

_MULTILINE = r'"""(?:[^\\]|\\.)*?"""' + "|" + r"'''(?:[^\\]|\\.)*?'''"
_SINGLE = r'"[^"\\]*(?:\\.[^"\\]*)*"' + "|" + r"'[^'\\]*(?:\\.[^'\\]*)*'"
_TOKEN = re.compile(
    rf"(?P<comment>\#[^\n\r]*)|(?P<string>[r&^]?(?:{_MULTILINE}|{_SINGLE}))"
    r"|(?P<continued>\\[ \t]*(?:\r\n?|\n))|(?P<newline>\r\n?|\n)|(?P<space>[^\S\r\n]+)"
    r"|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)|(?P<other>.)",
    re.DOTALL,
)
_TAB = 4
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")

# What a script does when it runs, which cannot be known from its text.
_SIGHTS = {
    "rpc_config": "adds remote procedures to a node with rpc_config(): no list here has them",
    "spawn_function": "sets a spawn_function: the nodes that it makes are in no spawn list",
    "add_spawnable_scene": "adds to a spawn list when it runs",
    "clear_spawnable_scenes": "empties a spawn list when it runs",
    "set_multiplayer_authority": "sets the authority over a node when it runs",
    "add_visibility_filter": "hides nodes from some peers by a filter",
    "add_property": "may add to what a synchronizer replicates when it runs",
}
_OF_GODOT_3 = {"remote", "master", "puppet", "remotesync", "mastersync", "puppetsync", "slave", "sync"}


class Token(Value):
    """A piece of text: kind is "string", "name", "number" or "other"."""

    kind: str
    text: str
    line: int


class Mark(Value):
    """A method that other peers may call.

    Attributes:
        arguments: the arguments of `@rpc`, each as tokens, because they may name constants.
    """

    name: str
    arguments: tuple[tuple[Token, ...], ...]
    line: int


class Sighting(Value):
    """Something in the script that makes an answer doubtful."""

    line: int
    text: str


class ScriptClass:
    """The declarations of one class of a script, or of the script itself.

    Attributes:
        class_name: its global name in the project; "" if it only has a path.
        base: the tokens after `extends`.
        marks: the marked methods by name, in the order of the text.
        functions: the names of all methods.
        constants: the tokens of their values, by name.
        inner: the classes inside it, by name.
        outer: the class that contains it.
        sightings: the sightings of the whole script, including its inner classes.
    """

    def __init__(self, outer: ScriptClass | None = None) -> None:
        self.class_name: str = ""
        self.base: tuple[Token, ...] = ()
        self.marks: dict[str, Mark] = {}
        self.functions: set[str] = set()
        self.constants: dict[str, tuple[Token, ...]] = {}
        self.inner: dict[str, ScriptClass] = {}
        self.outer: ScriptClass | None = outer
        self.sightings: list[Sighting] = outer.sightings if outer is not None else []


def read_script(text: str) -> ScriptClass:
    """Reads a script.

    Never raises: whatever it does not understand is listed in the sightings.
    """
    script = ScriptClass()
    scopes = [_Scope(script, -1)]
    for statement in _statements(text, script.sightings):
        while len(scopes) > 1 and statement.indent <= scopes[-1].indent:
            scopes.pop().close()
        opened = scopes[-1].take(statement)
        if opened is not None:
            scopes.append(opened)
    for scope in scopes:
        scope.close()
    return script


def text_of(string: Token) -> str:
    """Returns the text of a string token without its prefix, quotes and escapes."""
    text = string.text
    is_raw = text.startswith("r")
    text = text.lstrip("r&^") if text[0] in "r&^" else text
    width = 3 if text[:3] in {'"""', "'''"} else 1
    text = text[width:-width]
    return text if is_raw else re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": "", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class _Statement(Value):
    indent: int
    tokens: list[Token]


def _statements(text: str, sightings: list[Sighting]) -> Iterator[_Statement]:
    """Splits the text into statements, each a list of tokens.

    A statement continues on the next line inside brackets and after a backslash.
    """
    tokens: list[Token] = []
    opened: list[int] = []  # the lines of the brackets that are open
    indent, line, is_start = 0, 1, True
    for found in _TOKEN.finditer(text.removeprefix("\ufeff")):
        kind, part = str(found.lastgroup), found[0]
        if kind == "space" and is_start:
            indent = sum(_TAB if each == "\t" else 1 for each in part)
        elif kind == "newline":
            if tokens and not opened:
                yield _Statement(indent, tokens)
                tokens = []
            if not opened:
                indent, is_start = 0, True
        elif kind not in {"space", "comment", "continued"}:
            is_start = False
            token = Token(kind, part, line)
            _look_at(token, tokens, sightings)
            _count_brackets(token, opened)
            tokens.append(token)
        line += part.count("\n") or part.count("\r")
    if opened:
        sightings.append(Sighting(opened[0], "opens a bracket that does not close: what follows it was not read"))
    if tokens:
        yield _Statement(indent, tokens)


def _count_brackets(token: Token, opened: list[int]) -> None:
    if token.text in _OPENERS:
        opened.append(token.line)
    elif token.text in _CLOSERS and opened:
        opened.pop()


def _look_at(token: Token, before: list[Token], sightings: list[Sighting]) -> None:
    """Records statements whose effect is only known when the script runs."""
    if token.kind == "name" and token.text in _SIGHTS and not (before and before[-1].text == "func"):
        if all(each.text != _SIGHTS[token.text] for each in sightings):
            sightings.append(Sighting(token.line, _SIGHTS[token.text]))
    elif token.kind == "other" and token.text in "\"'":
        sightings.append(Sighting(token.line, "has a string that does not end: what follows it may be read wrongly"))


_Arguments: TypeAlias = tuple[tuple[Token, ...], ...]


class _Scope:
    """The body of a class: its members are the lines indented like the first."""

    def __init__(self, inside: ScriptClass, indent: int) -> None:
        self.indent = indent
        self._class = inside
        self._members: int | None = None
        self._pending: tuple[_Arguments, int] | None = None  # an `@rpc` whose `func` has not come yet

    def take(self, statement: _Statement) -> _Scope | None:
        """Reads one statement; returns a new scope if it opens a class."""
        if self._members is None or statement.indent < self._members:
            self._members = statement.indent
        if statement.indent > self._members:
            return None  # inside a method
        return self._take_tokens(statement.tokens, statement.indent)

    def close(self) -> None:
        """Called when the class ends."""
        self._drop_pending()

    def _take_tokens(self, tokens: Sequence[Token], indent: int) -> _Scope | None:
        place = 0
        while place < len(tokens):
            match [each.text for each in tokens[place : place + 2]]:
                case ["@", name]:
                    place, arguments = _annotation(tokens, place + 2)
                    if name == "rpc":
                        self._drop_pending()
                        self._pending = (arguments, tokens[place - 1].line)
                case ["static" | "abstract" | ";", *_]:
                    place += 1
                case ["func", name]:
                    self._function(name, tokens[place].line)
                    return None
                case ["class_name", name]:
                    self._class.class_name = name
                    place += 2
                case ["extends", _]:
                    end = _find(tokens, place, {";"})
                    self._class.base = tuple(tokens[place + 1 : end])
                    place = end
                case ["class", name]:
                    return self._inner_class(name, tokens[place + 2 :], indent)
                case _:
                    self._other(tokens[place:])
                    return None
        return None

    def _function(self, name: str, line: int) -> None:
        self._class.functions.add(name)
        if self._pending is not None:
            self._class.marks[name] = Mark(name, self._pending[0], line)
            self._pending = None

    def _inner_class(self, name: str, tokens: Sequence[Token], indent: int) -> _Scope | None:
        self._drop_pending()
        inner = self._class.inner[name] = ScriptClass(self._class)
        colon = _find(tokens, 0, {":"})
        if tokens and tokens[0].text == "extends":
            inner.base = tuple(tokens[1:colon])
        scope = _Scope(inner, indent)
        rest = tokens[colon + 1 :]
        if not rest:
            return scope
        scope._take_tokens(rest, indent)
        scope.close()
        return None

    def _other(self, tokens: Sequence[Token]) -> None:
        """Handles a statement that is not a method.

        Only constants matter, because they may be arguments of `@rpc`.
        """
        self._drop_pending()
        head = tokens[0].text
        if head == "const" and len(tokens) > 2:
            value = _find(tokens, 0, {"="})
            self._class.constants[tokens[1].text] = tuple(tokens[value + 1 :])
        elif head == "enum":
            self._class.constants |= _members_of_enum(tokens)
        elif head in _OF_GODOT_3 and len(tokens) > 1 and tokens[1].text == "func":
            self._see(tokens[0].line, f"says {head} func, as Godot 3 did: Godot 4 does not know it")

    def _drop_pending(self) -> None:
        if self._pending is not None:
            self._see(self._pending[1], "has an @rpc that no func follows")
            self._pending = None

    def _see(self, line: int, text: str) -> None:
        self._class.sightings.append(Sighting(line, escape(text)))


def _annotation(tokens: Sequence[Token], place: int) -> tuple[int, _Arguments]:
    """Returns the arguments of an annotation, if any, and the index of its end."""
    if place >= len(tokens) or tokens[place].text != "(":
        return place, ()
    arguments: list[list[Token]] = [[]]
    depth = 0
    for number in range(place, len(tokens)):
        token = tokens[number]
        depth += (token.text in _OPENERS) - (token.text in _CLOSERS)
        if depth == 0:
            return number + 1, tuple(tuple(each) for each in arguments if each)
        if depth == 1 and token.text == ",":
            arguments.append([])
        elif number > place:
            arguments[-1].append(token)
    return len(tokens), tuple(tuple(each) for each in arguments if each)


def _members_of_enum(tokens: Sequence[Token]) -> dict[str, tuple[Token, ...]]:
    """Returns the values of an enum by name: `A`, or `Name.A` if it has a name."""
    start = _find(tokens, 0, {"{"})
    prefix = f"{tokens[1].text}." if start == 2 else ""
    members: dict[str, tuple[Token, ...]] = {}
    value = -1
    for part in _parted(tokens[start + 1 : _find(tokens, start, {"}"})]):
        given = [each for each in part[2:] if each.kind == "number"] if len(part) == 3 else []
        value = int(given[0].text) if given and given[0].text.isdecimal() else value + 1
        members[prefix + part[0].text] = (Token("number", str(value), part[0].line),)
    return members


def _parted(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.text == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _find(tokens: Sequence[Token], start: int, texts: set[str]) -> int:
    """Returns the index of the first of these tokens, or of the end."""
    return next((place for place in range(start, len(tokens)) if tokens[place].text in texts), len(tokens))
