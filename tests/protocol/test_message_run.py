"""Messages keep their payloads, kinds and size together, whatever is taken or added."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.message_run import BINARY, TEXT, Messages


def messages(kinds: str) -> Messages:
    """Makes a run with a "t" for each text and a "b" for each binary message.

    Each payload is the place of the message.
    """
    payloads = [b"%d" % place for place in range(len(kinds))]
    return Messages(payloads, b"".join(TEXT if kind == "t" else BINARY for kind in kinds))


def test_messages_are_equal_by_content_and_show_it() -> None:
    assert messages("tb") == messages("tb") != messages("bt")
    assert messages("t") != [b"0"]
    assert repr(Messages([b"a"], TEXT)) == "Messages([b'a'], b'\\x01')"


def kinds_of(run: Messages) -> str:
    return "".join("t" if is_text else "b" for _, is_text in run.each())


class TestMessages:
    @given(st.text("tb", min_size=1, max_size=12))
    def test_are_iterated_with_their_kinds(self, kinds: str) -> None:
        run = messages(kinds)

        assert list(run.each()) == [(b"%d" % place, kind == "t") for place, kind in enumerate(kinds)]
        assert list(run.texts()) == [payload for payload, is_text in run.each() if is_text]

    @given(st.text("tb", min_size=1, max_size=8), st.text("tb", min_size=1, max_size=8))
    def test_keep_their_kinds_after_others(self, first: str, second: str) -> None:
        run = messages(first)

        run.extend(messages(second))

        assert kinds_of(run) == first + second
        assert run.payloads == messages(first).payloads + messages(second).payloads

    @given(st.text("tb", min_size=1, max_size=12), st.data())
    def test_taken_from_the_front_do_not_change_the_rest(self, kinds: str, data: st.DataObject) -> None:
        count = data.draw(st.integers(0, len(kinds)))
        run, whole = messages(kinds), messages(kinds)

        taken = run.take(count)

        assert [*taken.each(), *run.each()] == list(whole.each())
        assert taken.payloads == whole.payloads[:count]

    def test_are_equal_if_they_hold_the_same(self) -> None:
        assert messages("tb") == messages("tb")
        assert messages("tb") != messages("tt")
        assert messages("t") != [b"0"]

    def test_know_their_size(self) -> None:
        run = messages("tbtbtbtbtbt")
        assert run.size == 12
        run.drop(1)
        run.take(2)
        assert run.size == 9
        run.extend(messages("tb"))
        assert run.size == 11

    def test_show_what_they_hold(self) -> None:
        assert repr(messages("tb")) == "Messages([b'0', b'1'], b'\\x01\\x00')"
