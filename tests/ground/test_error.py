"""The codes are Godot's, by name and number."""

from __future__ import annotations

import pytest

from wsclient.ground.error import Error

# In the order of their numbers, from 0 (Godot 3.6, @GlobalScope.Error).
NAMES = [
    "OK",
    "FAILED",
    "ERR_UNAVAILABLE",
    "ERR_UNCONFIGURED",
    "ERR_UNAUTHORIZED",
    "ERR_PARAMETER_RANGE_ERROR",
    "ERR_OUT_OF_MEMORY",
    "ERR_FILE_NOT_FOUND",
    "ERR_FILE_BAD_DRIVE",
    "ERR_FILE_BAD_PATH",
    "ERR_FILE_NO_PERMISSION",
    "ERR_FILE_ALREADY_IN_USE",
    "ERR_FILE_CANT_OPEN",
    "ERR_FILE_CANT_WRITE",
    "ERR_FILE_CANT_READ",
    "ERR_FILE_UNRECOGNIZED",
    "ERR_FILE_CORRUPT",
    "ERR_FILE_MISSING_DEPENDENCIES",
    "ERR_FILE_EOF",
    "ERR_CANT_OPEN",
    "ERR_CANT_CREATE",
    "ERR_QUERY_FAILED",
    "ERR_ALREADY_IN_USE",
    "ERR_LOCKED",
    "ERR_TIMEOUT",
    "ERR_CANT_CONNECT",
    "ERR_CANT_RESOLVE",
    "ERR_CONNECTION_ERROR",
    "ERR_CANT_ACQUIRE_RESOURCE",
    "ERR_CANT_FORK",
    "ERR_INVALID_DATA",
    "ERR_INVALID_PARAMETER",
    "ERR_ALREADY_EXISTS",
    "ERR_DOES_NOT_EXIST",
    "ERR_DATABASE_CANT_READ",
    "ERR_DATABASE_CANT_WRITE",
    "ERR_COMPILATION_FAILED",
    "ERR_METHOD_NOT_FOUND",
    "ERR_LINK_FAILED",
    "ERR_SCRIPT_FAILED",
    "ERR_CYCLIC_LINK",
    "ERR_INVALID_DECLARATION",
    "ERR_DUPLICATE_SYMBOL",
    "ERR_PARSE_ERROR",
    "ERR_BUSY",
    "ERR_SKIP",
    "ERR_HELP",
    "ERR_BUG",
    "ERR_PRINTER_ON_FIRE",
]


def test_names_and_numbers_are_godots() -> None:
    assert {error.name: error.value for error in Error} == {name: number for number, name in enumerate(NAMES)}


def test_only_ok_is_falsy() -> None:
    assert [error for error in Error if not error] == [Error.OK]


@pytest.mark.parametrize(("error", "number"), [(Error.OK, 0), (Error.ERR_ALREADY_IN_USE, 22)])
def test_a_code_equals_its_number(error: Error, number: int) -> None:
    assert error == number
