from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wsclient.multiplayer.known_paths import MAX_KNOWN_PATHS, KnownPaths


class TestKnownPaths:
    def test_looks_up_what_this_sender_announced(self):
        paths = KnownPaths()
        assert paths.remember(5, 1, "Main")
        assert (paths.look_up(5, 1), paths.look_up(5, 2), paths.look_up(6, 1)) == ("Main", None, None)

    def test_keeps_senders_apart(self):
        paths = KnownPaths()
        paths.remember(5, 1, "Main")
        paths.remember(6, 1, "Main/Player")
        assert (paths.look_up(5, 1), paths.look_up(6, 1)) == ("Main", "Main/Player")

    def test_redefines_a_known_id(self):
        paths = KnownPaths(max_paths=1)
        paths.remember(5, 1, "Main")
        assert paths.remember(5, 1, "Other")
        assert paths.look_up(5, 1) == "Other"

    def test_forgets_a_sender_that_left(self):
        paths = KnownPaths()
        paths.remember(5, 1, "Main")
        paths.remember(6, 1, "Main")
        paths.forget_peer(5)
        assert (paths.look_up(5, 1), paths.look_up(6, 1)) == (None, "Main")

    def test_forgets_everything_for_another_network(self):
        paths = KnownPaths(max_paths=1, max_bytes=4)
        paths.remember(5, 1, "Main")
        paths.clear()
        assert paths.look_up(5, 1) is None
        assert paths.remember(5, 1, "Main")

    def test_h15_holds_as_many_paths_as_promised_and_no_more(self):
        paths = KnownPaths()
        stored = [paths.remember(5 + number % 100, number, "") for number in range(MAX_KNOWN_PATHS + 1)]
        assert stored == [True] * MAX_KNOWN_PATHS + [False]
        assert paths.look_up(5 + MAX_KNOWN_PATHS % 100, MAX_KNOWN_PATHS) is None

    def test_h15_holds_as_many_bytes_as_promised_and_no_more(self):
        paths = KnownPaths(max_bytes=8)
        assert paths.remember(5, 1, "Mäin")
        assert not paths.remember(5, 2, "Main")
        assert paths.remember(5, 2, "Mai")

    def test_a_longer_text_under_a_known_id_counts_too(self):
        paths = KnownPaths(max_bytes=8)
        paths.remember(5, 1, "Main")
        assert paths.remember(5, 1, "Main/abc")
        assert not paths.remember(5, 1, "Main/abcd")
        assert paths.look_up(5, 1) == "Main/abc"

    @given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.text(max_size=5)), max_size=30))
    def test_a_cache_emptied_sender_by_sender_can_be_filled_again(self, announcements):
        paths = KnownPaths(max_paths=5, max_bytes=12)
        for sender, path_id, path in announcements:
            paths.remember(sender, path_id, path)
        for sender in (1, 2, 3):
            paths.forget_peer(sender)
        assert [paths.remember(1, number, "ab") for number in range(6)] == [True] * 5 + [False]
        assert paths.remember(1, 0, "abcd")
        assert not paths.remember(1, 0, "abcde")
