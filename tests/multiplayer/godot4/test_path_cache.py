from __future__ import annotations

from wsclient.multiplayer.godot4.path_cache import SentNodes


def test_numbers_nodes_in_order_of_first_use():
    nodes = SentNodes()
    assert [nodes.entry(node).path_id for node in ("a", "b", "a")] == [1, 2, 1]


def test_takes_the_number_of_a_node_that_was_announced():
    nodes = SentNodes()
    nodes.entry("a").announced.add(5)
    assert nodes.confirm(5, 1)
    assert nodes.entry("a").confirmed == {5}


def test_refuses_a_number_that_was_never_given():
    nodes = SentNodes()
    nodes.entry("a").announced.add(5)
    assert not nodes.confirm(5, 0)
    assert not nodes.confirm(5, 2)


def test_refuses_a_number_announced_to_another_peer():
    nodes = SentNodes()
    nodes.entry("a").announced.add(5)
    assert not nodes.confirm(6, 1)
    assert nodes.entry("a").confirmed == set()


def test_the_answer_for_a_removed_node_is_not_an_error():
    nodes = SentNodes()
    nodes.entry("a").announced.add(5)
    nodes.forget("a")
    assert nodes.confirm(5, 1)


def test_a_returning_node_has_another_number():
    nodes = SentNodes()
    nodes.entry("a").announced.add(5)
    nodes.forget("a")
    entry = nodes.entry("a")
    assert (entry.path_id, entry.announced) == (2, set())


def test_forgetting_an_unknown_path_does_nothing():
    SentNodes().forget("a")


def test_paths_are_announced_again_to_a_returning_peer():
    nodes = SentNodes()
    nodes.entry("a").announced.update({5, 6})
    nodes.confirm(5, 1)
    nodes.confirm(6, 1)
    nodes.forget_peer(5)
    entry = nodes.entry("a")
    assert (entry.path_id, entry.announced, entry.confirmed) == (1, {6}, {6})


def test_another_network_starts_at_1_again():
    nodes = SentNodes()
    nodes.entry("a").announced.add(5)
    nodes.clear()
    assert (nodes.entry("b").path_id, nodes.confirm(5, 1)) == (1, False)
