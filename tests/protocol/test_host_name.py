"""Tests host names that are not ASCII against those of browsers.

It does so with and without the package idna.
"""

from __future__ import annotations

import contextlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.host_name import to_ascii

HEBREW = "\u05e9\u05dc\u05d5\u05dd1.example"
ZWJ, ZWNJ, HYPHEN = "\u200d", "\u200c", "\u00ad"


@pytest.fixture
def no_idna(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the package were not installed."""
    monkeypatch.setitem(sys.modules, "idna", None)


SAME_IN_BOTH = [
    pytest.param("bücher.example", "xn--bcher-kva.example", id="german"),
    pytest.param("BÜCHER。Example", "xn--bcher-kva.example", id="capitals-and-an-ideographic-stop"),
    pytest.param("bu\u0308cher.example", "xn--bcher-kva.example", id="decomposed"),
    pytest.param("例え.テスト", "xn--r8jz45g.xn--zckzah", id="japanese"),
    pytest.param("\uff11\uff12\uff17.0.0.1", "127.0.0.1", id="wide-digits"),
    pytest.param("i❤.ws", "xn--i-7iq.ws", id="E2-symbol"),
    pytest.param("ü_b.example", "xn--_b-wka.example", id="E2-underscore"),
    pytest.param("ab--c.ü", "ab--c.xn--tda", id="E2-hyphens-in-third-place"),
    pytest.param("-ü-.example", "xn-----xka.example", id="E2-hyphens-at-the-ends"),
    pytest.param(f"bü{HYPHEN}cher", "xn--bcher-kva", id="soft-hyphen"),
    pytest.param("ΒΌΛΟΣ.example", "xn--nxasmq6b.example", id="E2-capital-sigma-at-the-end"),
    pytest.param("xn--bcher-kva.ü", "xn--bcher-kva.xn--tda", id="encoded-already"),
]


@pytest.mark.parametrize(("host", "expected"), SAME_IN_BOTH)
def test_is_encoded_as_browsers_do_it(host: str, expected: str) -> None:
    pytest.importorskip("idna", reason="the package idna is not installed")

    assert to_ascii(host, "the host") == expected


@pytest.mark.usefixtures("no_idna")
@pytest.mark.parametrize(("host", "expected"), SAME_IN_BOTH)
def test_is_encoded_in_the_same_way_by_the_standard_library(host: str, expected: str) -> None:
    assert to_ascii(host, "the host") == expected


OTHERS_IN_2003 = [
    pytest.param("straße.example", "xn--strae-oqa.example", id="D5-sharp-s"),
    pytest.param("STRAẞE.example", "xn--strae-oqa.example", id="D5-capital-sharp-s"),
    pytest.param("βόλος.example", "xn--nxasmm1c.example", id="E2-final-sigma"),
    pytest.param(f"नी{ZWNJ}कम.example", "xn--l2b4eyc.example", id="E2-zero-width-non-joiner"),
    pytest.param(f"क्{ZWJ}ष.example", "xn--11b4d3a.example", id="E2-zero-width-joiner"),
]


@pytest.mark.usefixtures("no_idna")
@pytest.mark.parametrize(("host", "_"), OTHERS_IN_2003)
def test_a_name_that_the_standard_library_takes_for_another_is_refused(host: str, _: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^host x would be taken for another name; .* godot-wsclient\[idna\]"):
        to_ascii(host, "host x")


@pytest.mark.parametrize(("host", "other"), OTHERS_IN_2003)
def test_a_name_of_todays_rules_is_unchanged_with_the_package(host: str, other: str) -> None:
    pytest.importorskip("idna", reason="the package idna is not installed")
    label = to_ascii(host, "the host").partition(".")[0]

    assert label.startswith("xn--")
    decoded = label.removeprefix("xn--").encode().decode("punycode")
    assert decoded == "".join(map(str.lower, host)).partition(".")[0].replace("ẞ", "ß")


def test_a_number_after_hebrew_is_accepted() -> None:  # E2
    pytest.importorskip("idna", reason="the package idna is not installed")

    assert to_ascii(HEBREW, "the host") == "xn--1-9hcuf1d.example"


@pytest.mark.usefixtures("no_idna")
def test_what_the_standard_library_refuses_names_the_package() -> None:  # E2
    with pytest.raises(
        InvalidArgument, match=r"^host x is not an internationalized domain name; .*godot-wsclient\[idna\]"
    ):
        to_ascii(HEBREW, "host x")


def test_names_that_nothing_allows_are_refused() -> None:
    pytest.importorskip("idna", reason="the package idna is not installed")

    with pytest.raises(InvalidArgument, match=r"^host x is not an internationalized domain name$"):
        to_ascii("\ufffd.example", "host x")


@pytest.mark.usefixtures("no_idna")
@given(st.text(st.characters(max_codepoint=127), max_size=30))
def test_a_name_that_is_all_ascii_only_becomes_lower_case(host: str) -> None:  # E2
    assert to_ascii(host, "the host") == host.lower()


@given(st.text(max_size=10))
def test_any_name_is_encoded_or_refused(host: str) -> None:
    with contextlib.suppress(InvalidArgument):
        assert to_ascii(host, "the host").isascii()
