"""Tests what two sides may agree on about compression.

Some answers are not allowed (RFC 7692 sections 5 and 7.1).
"""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.headers import parse_extension

from wsclient.protocol.deflate import OFFER, Agreement, BadAnswer, Direction, accept_offer, read_answer
from wsclient.protocol.http11 import split_list

NAME = "permessage-deflate"


def agreement(
    *, server_takes: bool = True, client_takes: bool = True, server_bits: int = 15, client_bits: int = 15
) -> Agreement:
    return Agreement(Direction(client_takes, client_bits), Direction(server_takes, server_bits))


class TestAnswer:
    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            pytest.param("", None, id="none"),
            pytest.param(NAME, agreement(), id="as-offered"),
            pytest.param(f"{NAME}; server_no_context_takeover", agreement(server_takes=False), id="D07-server"),
            pytest.param(f"{NAME}; client_no_context_takeover", agreement(client_takes=False), id="D07-client"),
            pytest.param(f"{NAME}; server_max_window_bits=8", agreement(server_bits=8), id="A16-8"),
            pytest.param(f"{NAME}; server_max_window_bits=9", agreement(server_bits=9), id="A16-9"),
            pytest.param(f"{NAME}; server_max_window_bits=15", agreement(), id="A16-15"),
            pytest.param(f"{NAME}; client_max_window_bits=8", agreement(client_bits=8), id="client-8"),
            pytest.param(f"{NAME}; client_max_window_bits=10", agreement(client_bits=10), id="client-10"),
            pytest.param(f'{NAME}; server_max_window_bits="10"', agreement(server_bits=10), id="quoted"),
            pytest.param(f"{NAME}\t;server_max_window_bits =\t10 ", agreement(server_bits=10), id="space"),
            pytest.param(
                f"{NAME};client_max_window_bits=9;server_no_context_takeover;"
                "server_max_window_bits=12;client_no_context_takeover",
                agreement(server_takes=False, client_takes=False, server_bits=12, client_bits=9),
                id="all-in-any-order",
            ),
        ],
    )
    def test_is_read(self, header: str, expected: Agreement | None) -> None:
        assert read_answer(split_list(header)) == expected

    @pytest.mark.hostile("A15", "A16")
    @pytest.mark.parametrize(
        "header",
        [
            pytest.param("x-webkit-deflate-frame", id="A15-unknown-extension"),
            pytest.param("Permessage-Deflate", id="A15-another-spelling"),
            pytest.param(f"{NAME}, {NAME}", id="A15-twice"),
            pytest.param(f"{NAME}, x-other", id="A15-and-another"),
            pytest.param(f"{NAME}; x-other", id="unknown-parameter"),
            pytest.param(f"{NAME}; x-other=1", id="unknown-parameter-with-a-value"),
            pytest.param(f"{NAME};", id="empty-parameter"),
            pytest.param(f"{NAME}; =", id="no-name"),
            pytest.param(f"{NAME}; Server_No_Context_Takeover", id="parameter-in-another-spelling"),
            *(
                pytest.param(f"{NAME}; {side}_max_window_bits={value}", id=f"A16-{side}-{value!r}")
                for side, value in product(
                    ("server", "client"),
                    [
                        "0",
                        "7",
                        "16",
                        "99",
                        "",
                        '""',
                        '"',
                        "08",
                        "015",
                        "+9",
                        "-9",
                        "9.0",
                        "9 9",
                        "\u0669",
                        "\u0661\u0665",
                        "\uff19",
                        "x",
                    ],
                )
            ),
            pytest.param(f"{NAME}; server_max_window_bits", id="A16-server-without-a-value"),
            pytest.param(f"{NAME}; client_max_window_bits", id="A16-client-without-a-value"),
            pytest.param(f"{NAME}; server_max_window_bits=9; server_max_window_bits=9", id="A16-repeated"),
            pytest.param(f"{NAME}; server_no_context_takeover; server_no_context_takeover", id="A16-flag-repeated"),
            pytest.param(f"{NAME}; server_no_context_takeover=true", id="flag-with-a-value"),
            pytest.param(f"{NAME}; client_no_context_takeover=", id="flag-with-an-empty-value"),
            pytest.param(f'{NAME}; client_no_context_takeover=""', id="flag-with-a-quoted-value"),
            pytest.param(f'{NAME}; server_max_window_bits="9;x"', id="semicolon-in-quotes"),
            pytest.param(f"; {NAME}", id="no-extension"),
        ],
    )
    def test_that_breaks_the_rules_is_refused(self, header: str) -> None:
        with pytest.raises(BadAnswer) as caught:
            read_answer(split_list(header))

        assert str(caught.value).isprintable()

    def test_is_shown_safely_and_not_in_full(self) -> None:
        with pytest.raises(BadAnswer) as caught:
            read_answer([f"{NAME}; \x1b[31m" + "x" * 5000])

        assert "\\x1b[31m" in str(caught.value)
        assert len(str(caught.value)) < 200

    @given(st.lists(st.text(max_size=60), max_size=3))
    def test_may_be_anything(self, extensions: list[str]) -> None:
        try:
            read_answer(extensions)
        except BadAnswer:
            return

    @given(
        st.lists(
            st.sampled_from(
                [
                    "server_no_context_takeover",
                    "client_no_context_takeover",
                    "server_max_window_bits=8",
                    "server_max_window_bits=15",
                    "client_max_window_bits=9",
                    "client_max_window_bits",
                    "server_max_window_bits=16",
                    "x",
                ]
            ),
            max_size=4,
        )
    )
    def test_is_judged_as_the_websockets_package_does(self, parameters: list[str]) -> None:
        header = "; ".join([NAME, *parameters])
        [(_, parsed)] = parse_extension(header)
        try:
            theirs = ClientPerMessageDeflateFactory(client_max_window_bits=True).process_response_params(parsed, [])
        except Exception:  # noqa: BLE001 - every refusal of theirs, whatever its class
            theirs = None
        try:
            ours = read_answer([header])
        except BadAnswer:
            ours = None

        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None:
            assert ours == agreement(
                server_takes=not theirs.remote_no_context_takeover,
                client_takes=not theirs.local_no_context_takeover,
                server_bits=theirs.remote_max_window_bits,
                client_bits=theirs.local_max_window_bits,
            )


class TestOffer:
    def test_of_ours_is_taken_by_the_websockets_package(self) -> None:
        [(name, parameters)] = parse_extension(OFFER)

        response, _ = ServerPerMessageDeflateFactory(
            server_max_window_bits=12, client_max_window_bits=12
        ).process_request_params(parameters, [])

        assert name == NAME
        answer = "; ".join([NAME, *(f"{key}={value}" if value else key for key, value in response)])
        assert read_answer([answer]) == agreement(server_bits=12, client_bits=12)

    @pytest.mark.parametrize(
        ("header", "answer", "expected"),
        [
            pytest.param(OFFER, NAME, agreement(), id="ours"),
            pytest.param(NAME, NAME, agreement(), id="nothing-asked"),
            pytest.param(
                f"{NAME}; server_no_context_takeover; client_no_context_takeover",
                f"{NAME}; server_no_context_takeover; client_no_context_takeover",
                agreement(server_takes=False, client_takes=False),
                id="no-takeover",
            ),
            pytest.param(
                f"{NAME}; server_max_window_bits=10; client_max_window_bits=11",
                f"{NAME}; server_max_window_bits=10; client_max_window_bits=11",
                agreement(server_bits=10, client_bits=11),
                id="windows",
            ),
            pytest.param(f"x-first, {NAME}", NAME, agreement(), id="another-first"),
            pytest.param(f"{NAME}; x, {NAME}", NAME, agreement(), id="the-second-can-be-kept"),
            pytest.param(f"{NAME}; server_max_window_bits, {NAME}", NAME, agreement(), id="without-a-value"),
        ],
    )
    def test_is_accepted(self, header: str, answer: str, expected: Agreement) -> None:
        assert accept_offer(split_list(header)) == (answer, expected)
        assert read_answer(split_list(answer)) == expected

    @pytest.mark.parametrize(
        "header",
        ["", "x-other", f"{NAME}; x", f"{NAME}; client_max_window_bits=16", f"{NAME}; server_max_window_bits", "; x"],
    )
    def test_that_cannot_be_kept_is_not_accepted(self, header: str) -> None:
        assert accept_offer(split_list(header)) is None

    def test_only_a_reasonable_number_of_offers_is_read(self) -> None:
        assert accept_offer([*["other"] * 31, OFFER]) is not None
        assert accept_offer([*["other"] * 32, OFFER]) is None

    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            pytest.param(NAME, agreement(server_takes=False, client_takes=False, server_bits=10), id="asked-nothing"),
            pytest.param(
                OFFER,
                agreement(server_takes=False, client_takes=False, server_bits=10, client_bits=9),
                id="can-be-limited",
            ),
            pytest.param(
                f"{NAME}; client_max_window_bits=8; server_max_window_bits=12",
                agreement(server_takes=False, client_takes=False, server_bits=10, client_bits=8),
                id="asked-for-less-and-for-more",
            ),
        ],
    )
    def test_is_accepted_with_the_servers_wishes(self, header: str, expected: Agreement) -> None:
        wish = agreement(server_takes=False, client_takes=False, server_bits=10, client_bits=9)

        accepted = accept_offer(split_list(header), wish)

        assert accepted is not None
        assert accepted[1] == expected
        assert read_answer(split_list(accepted[0])) == expected
