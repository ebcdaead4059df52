"""Tests that stored errors keep no other objects alive."""

from __future__ import annotations

from wsclient.ground.stored_error import detached


def stored() -> Exception:
    """Returns an error that has a cause, raised while a third one was handled."""
    try:
        try:
            raise LookupError("what the program was handling")
        except LookupError:
            try:
                raise OSError("cause")
            except OSError as error:
                raise RuntimeError("effect") from error
    except RuntimeError as error:
        return detached(error)


def test_it_forgets_where_it_was_raised_and_so_do_its_causes() -> None:
    error = stored()

    assert error.__traceback__ is None
    assert isinstance(error.__cause__, OSError)
    assert error.__cause__.__traceback__ is None


def test_it_forgets_what_the_program_was_handling() -> None:
    error = stored()

    assert isinstance(error.__cause__, OSError)
    assert error.__cause__.__context__ is None


def test_no_error_stays_none() -> None:
    assert detached(None) is None
