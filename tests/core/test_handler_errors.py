"""Tests what becomes of the exceptions of handlers. `test_signal_emitter` tries the same with signals."""

from __future__ import annotations

import pytest

from wsclient.core.handler_errors import add_note, call_all, call_noting, log_and_forget, raise_all

ONE, TWO = LookupError("one"), ValueError("two")


def test_a_single_error_is_raised_as_it_is_and_the_list_emptied() -> None:
    errors: list[Exception] = [ONE]

    with pytest.raises(LookupError, match="one"):
        raise_all(errors)

    assert errors == []


def test_several_errors_are_raised_as_a_group_with_these_words() -> None:
    with pytest.raises(ExceptionGroup, match="two members raised") as caught:
        raise_all([ONE, TWO], "two members raised")

    assert caught.value.exceptions == (ONE, TWO)


def test_every_call_is_made_and_an_earlier_error_comes_first() -> None:
    made: list[int] = []

    def fail() -> None:
        made.append(1)
        raise TWO

    with pytest.raises(ExceptionGroup, match="several handlers raised") as caught:
        call_all([fail, lambda: made.append(2)], ONE)

    assert made == [1, 2]
    assert caught.value.exceptions == (ONE, TWO)


def test_errors_that_will_not_be_raised_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    errors: list[Exception] = [ONE]
    log_and_forget(errors)

    assert errors == []
    assert "LookupError: one" in caplog.text


def test_a_note_is_added_once() -> None:
    error = LookupError("noted")

    def fail() -> None:
        raise error

    add_note(error, "fell()")
    with pytest.raises(LookupError):
        call_noting("fell()", fail)

    assert error.__notes__ == ["in a handler of fell()"]
