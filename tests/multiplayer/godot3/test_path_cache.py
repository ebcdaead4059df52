from __future__ import annotations

from wsclient.multiplayer.godot3.path_cache import SentPaths


class TestSentPaths:
    def test_numbers_paths_in_order_of_first_use(self):
        paths = SentPaths()
        assert [paths.entry(path).path_id for path in ("Main", "Main/Player", "Main")] == [1, 2, 1]

    def test_takes_a_confirmation_of_an_announced_path(self):
        paths = SentPaths()
        paths.entry("Main").announced.add(5)
        assert paths.confirm(5, "Main")
        assert paths.entry("Main").confirmed == {5}

    def test_refuses_a_confirmation_of_an_unknown_path(self):
        paths = SentPaths()
        assert not paths.confirm(5, "Main")
        assert paths.entry("Other").path_id == 1

    def test_refuses_a_confirmation_by_another_peer(self):
        paths = SentPaths()
        paths.entry("Main").announced.add(5)
        assert not paths.confirm(6, "Main")
        assert paths.entry("Main").confirmed == set()

    def test_paths_are_announced_again_to_a_returning_peer(self):
        paths = SentPaths()
        paths.entry("Main").announced.update({5, 6})
        paths.confirm(5, "Main")
        paths.confirm(6, "Main")
        paths.forget_peer(5)
        entry = paths.entry("Main")
        assert (entry.path_id, entry.announced, entry.confirmed) == (1, {6}, {6})

    def test_another_network_starts_at_1_again(self):
        paths = SentPaths()
        paths.entry("Main").announced.add(5)
        paths.clear()
        entry = paths.entry("Other")
        assert (entry.path_id, entry.announced) == (1, set())
