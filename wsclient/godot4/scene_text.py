"""Reads Godot's text files: `.tscn`, `.tres` and `project.godot`.

They consist of headers in brackets and `key = value` lines. Values stay text until they are requested, so that a
value of an unknown kind does not affect others.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from wsclient.ground.escape import escape
from wsclient.ground.value import Value

__all__ = ["Call", "SceneTextError", "Section", "TextValue", "read_sections", "read_value"]

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_SKIPPED = re.compile(r"(?:\s+|;[^\n]*)*")
_KEY = re.compile(rf"({_STRING}|[^=\n\[\]]+?)[ \t]*=[ \t]*", re.DOTALL)
_PART = re.compile(rf"{_STRING}|;[^\n]*|[\[\](){{}}\n]|[^\"\[\](){{}}\n;]+|.", re.DOTALL)
_ATTRIBUTE = re.compile(r"\s*([^\s=\]]+)\s*=\s*")
_KIND = re.compile(r"\[\s*([^\s\]=]+)")
_WORD = re.compile(r"[A-Za-z_@][\w@]*")
_NUMBER = re.compile(r"[-+]?(?:0x[0-9A-Fa-f]+|inf|nan|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_WORDS: dict[str, object] = {
    "true": True,
    "false": False,
    "null": None,
    "nil": None,
    "inf": float("inf"),
    "inf_neg": float("-inf"),
    "nan": float("nan"),
}
_MAX_DEPTH = 100

_OPENERS, _CLOSERS = "[({", "])}"


class SceneTextError(ValueError):
    """Raised when a value is malformed; the text says how."""


class Call(Value):
    """A value with a name, such as `ExtResource("1")` or `Vector2(1, 2)`."""

    name: str
    arguments: tuple[object, ...]


TextValue: TypeAlias = object
"""A value of a text resource: str, int, float, bool, None, list, dict or `Call`."""


class Section(Value):
    """A header and the lines below it.

    Attributes:
        kind: the first word: "node", "ext_resource". "" for lines above the first header.
        attributes: the rest of the header, as text: `"Main"` with its quotes.
        values: the lines, as text.
        line: the number of its first line, from 1.
    """

    kind: str
    attributes: dict[str, str]
    values: dict[str, str]
    line: int

    def attribute(self, name: str, otherwise: TextValue = None) -> TextValue:
        """Returns an attribute of the header.

        Raises SceneTextError if its value is malformed.
        """
        return read_value(self.attributes[name]) if name in self.attributes else otherwise

    def value(self, name: str, otherwise: TextValue = None) -> TextValue:
        """Returns the value of a line.

        Raises SceneTextError if it is malformed.
        """
        return read_value(self.values[name]) if name in self.values else otherwise

    def word(self, name: str) -> str:
        """Returns a string of the header; "" if it is missing or is not a string."""
        try:
            found = self.attribute(name, "")
        except SceneTextError:
            return ""
        return found if isinstance(found, str) else ""


def read_sections(text: str) -> tuple[list[Section], list[tuple[int, str]]]:
    """Reads a whole text. Never raises.

    Returns:
        The sections in order, and the skipped parts: the line, and the fault.
    """
    found = [Section("", {}, {}, 1)]
    doubts: list[tuple[int, str]] = []
    place, text = 0, text.removeprefix("\ufeff").replace("\r\n", "\n")
    line = _Lines(text)
    while (place := _end_of(_SKIPPED, text, place)) < len(text):
        start = place
        if text[place] == "[":
            place, is_whole = _balanced(text, place, stop_at_newline=False)
            found.append(_header(text[start:place], line.of(start)))
        elif (key := _KEY.match(text, place)) is not None:
            place, is_whole = _balanced(text, key.end(), stop_at_newline=True)
            found[-1].values[_unquoted(key[1])] = text[key.end() : place].strip()
        else:
            place, is_whole = text.find("\n", place) % (len(text) + 1), True
            doubts.append((line.of(start), f'cannot be read: "{escape(text[start:place], 60)}"'))
        if not is_whole:
            doubts.append((line.of(start), "does not end: what follows it was not read"))
    return found, doubts


def read_value(text: str) -> TextValue:
    """Reads one value.

    Raises:
        SceneTextError: it breaks the format, or is more than a value.
    """
    reader = _ValueReader(text)
    value = reader.read()
    reader.expect_end()
    return value


class _Lines:
    """Counts the lines up to a place, which may only increase."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place, self._line = 0, 1

    def of(self, place: int) -> int:
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return place if found is None else found.end()


def _balanced(text: str, place: int, *, stop_at_newline: bool) -> tuple[int, bool]:
    """Returns the end of a header or value, and False if the text ends before it."""
    depth = 0
    for part in _PART.finditer(text, place):
        match part[0]:
            case "\n" if stop_at_newline and depth <= 0:
                return part.start(), True
            case "[" | "(" | "{":
                depth += 1
            case "]" | ")" | "}":
                depth -= 1
                if depth == 0 and not stop_at_newline:
                    return part.end(), True
            case '"':
                return len(text), False  # a string that is not closed
    return len(text), depth <= 0 and stop_at_newline


def _header(text: str, line: int) -> Section:
    kind = _KIND.match(text)
    attributes: dict[str, str] = {}
    place = len(text) if kind is None else kind.end()
    while (name := _ATTRIBUTE.match(text, place)) is not None:
        place = _end_of_attribute(text, name.end())
        attributes[name[1]] = text[name.end() : place].strip()
    return Section("" if kind is None else kind[1], attributes, {}, line)


def _end_of_attribute(text: str, place: int) -> int:
    """Returns the end of an attribute's value.

    It ends at a space or at the end of the header, outside of brackets and strings.
    """
    depth = 0
    for part in _PART.finditer(text, place):
        found = part[0]
        if found in _OPENERS:
            depth += 1
        elif found in _CLOSERS:
            depth -= 1
            if depth < 0:
                return part.start()
        elif depth == 0 and not found.startswith('"') and (space := re.search(r"\s", found)) is not None:
            return part.start() + space.start()
    return len(text)


def _unquoted(key: str) -> str:
    return _string(key) if key.startswith('"') else key.strip()


def _string(text: str) -> str:
    """Returns the text of a quoted string."""
    return _ESCAPED.sub(_unescaped, text[1:-1]) if "\\" in text else text[1:-1]


def _unescaped(found: re.Match[str]) -> str:
    text = found[1]
    if len(text) == 1:
        return _ESCAPES.get(text, text)
    code = int(text[1:], 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


class _ValueReader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._depth = 0

    def read(self) -> TextValue:
        self._skip()
        head = self._text[self._place : self._place + 1]
        if head in {"&", "^"} and self._text[self._place + 1 : self._place + 2] == '"':
            self._place += 1
            head = '"'
        match head:
            case '"':
                return self._read_string()
            case "[":
                return list(self._items("]"))
            case "{":
                return dict(self._pairs())
            case "":
                raise SceneTextError("a value is missing")
            case _:
                return self._read_word()

    def expect_end(self) -> None:
        self._skip()
        if self._place < len(self._text):
            raise SceneTextError(f'"{escape(self._text[self._place :], 40)}" follows a value')

    def _skip(self) -> None:
        self._place = _end_of(_SKIPPED, self._text, self._place)

    def _read_string(self) -> str:
        found = re.compile(_STRING, re.DOTALL).match(self._text, self._place)
        if found is None:
            raise SceneTextError("a string does not end")
        self._place = found.end()
        return _string(found[0])

    def _read_word(self) -> TextValue:
        number = _NUMBER.match(self._text, self._place)
        word = _WORD.match(self._text, self._place)
        if word is not None:
            self._place = word.end()
            return self._named(word[0])
        if number is None:
            raise SceneTextError(f'"{escape(self._text[self._place :], 40)}" is not a value')
        self._place = number.end()
        return _number(number[0])

    def _named(self, name: str) -> TextValue:
        self._skip()
        if self._text.startswith("[", self._place):  # Array[int]([..]): the types are ignored
            self._place, _ = _balanced(self._text, self._place, stop_at_newline=False)
            self._skip()
        if self._text.startswith("(", self._place):
            return Call(name, tuple(self._items(")")))
        if name in _WORDS:
            return _WORDS[name]
        return Call(name, ())

    def _items(self, closer: str) -> list[TextValue]:
        self._open()
        items: list[TextValue] = []
        while not self._closes(closer):
            items.append(self.read())
            self._comma(closer)
        return items

    def _pairs(self) -> list[tuple[object, TextValue]]:
        self._open()
        pairs: list[tuple[object, TextValue]] = []
        while not self._closes("}"):
            key = self.read()
            self._skip()
            if not self._text.startswith((":", "="), self._place):
                raise SceneTextError("a key without a value")
            self._place += 1
            pairs.append((key if isinstance(key, str | int | float) else repr(key), self.read()))
            self._comma("}")
        return pairs

    def _open(self) -> None:
        self._place += 1
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise SceneTextError("brackets in brackets, too deep")

    def _closes(self, closer: str) -> bool:
        self._skip()
        if not self._text.startswith(closer, self._place):
            return False
        self._place += 1
        self._depth -= 1
        return True

    def _comma(self, closer: str) -> None:
        self._skip()
        if self._text.startswith(",", self._place):
            self._place += 1
        elif not self._text.startswith(closer, self._place):
            raise SceneTextError("a bracket does not close")


def _number(text: str) -> int | float:
    digits = text.lstrip("+-")
    if digits.startswith("0x"):
        value: int | float = int(digits, 16)
    elif digits.isdecimal() and len(digits) < 20:
        value = int(digits)
    else:
        value = float(digits)
    return -value if text.startswith("-") else value
