"""Close codes: which may be sent, what each means, and what of a reason fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.close_code import MAX_REASON_SIZE, CloseCode, fit_reason, is_valid_close_code, meaning_of


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999])
def test_a_code_that_may_be_sent_is_valid(code: int) -> None:
    assert is_valid_close_code(code)


@pytest.mark.parametrize("code", [-1, 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])
def test_a_code_that_must_not_be_sent_is_invalid(code: int) -> None:
    assert not is_valid_close_code(code)


def test_every_code_of_the_registry_has_a_meaning_of_its_own() -> None:
    meanings = {meaning_of(code) for code in CloseCode}

    assert len(meanings) == len(CloseCode)
    assert meaning_of(1016) not in meanings


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        pytest.param(1009, "it received a message larger than it takes", id="registered"),
        pytest.param(3999, "a code of a library or framework", id="library"),
        pytest.param(4408, "a code of this application's own", id="application"),
        pytest.param(1016, "a code without a known meaning", id="reserved"),
    ],
)
def test_a_code_is_put_into_words(code: int, meaning: str) -> None:
    assert meaning_of(code) == meaning


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        pytest.param("x" * 123, "x" * 123, id="fits"),
        pytest.param("x" * 124, "x" * 123, id="one-too-many"),
        pytest.param("x" * 122 + "é", "x" * 122, id="no-half-character"),
        pytest.param("\ud800", "?", id="lone-surrogate"),
    ],
)
def test_a_reason_is_cut_to_the_size_of_a_close_frame(reason: str, kept: str) -> None:
    assert fit_reason(reason).decode() == kept


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_reason_fits_a_close_frame(reason: str) -> None:
    assert len(fit_reason(reason)) <= MAX_REASON_SIZE
