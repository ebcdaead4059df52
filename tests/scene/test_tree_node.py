from __future__ import annotations

import pytest

from wsclient.scene.node import Node
from wsclient.variant import NodePath


class Player(Node): ...


@pytest.fixture
def root():
    """root / Main / (Player, Other), as in the scene of a Godot game."""
    root = Node("root")
    main = root.add_child(Node("Main"))
    main.add_child(Player("Player"))
    main.add_child(Node("Other"))
    return root


def test_a_node_without_a_name_has_that_of_its_class():
    assert (Node().name, Player().name) == ("Node", "Player")


@pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", ".", "..", 'a"b', "a\0b", "\ud800"])
def test_a_name_that_no_path_can_have_is_refused(name):
    with pytest.raises(ValueError, match=r"not a name for a node|surrogates"):
        Node(name)


def test_godots_own_names_are_taken():
    assert Node("@Player@2").name == "@Player@2"


def test_a_node_can_be_renamed_and_keeps_its_place(root):
    main = root.get_node("Main")
    main.get_node("Player").name = "Hero"
    assert [child.get_name() for child in main.get_children()] == ["Hero", "Other"]
    assert main.get_node("Hero").get_path() == NodePath("/root/Main/Hero")
    assert main.get_node_or_null("Player") is None


def test_a_node_can_be_renamed_to_its_own_name(root):
    player = root.get_node("Main/Player")
    player.set_name("Player")
    assert root.get_node("Main/Player") is player


def test_a_node_without_a_parent_can_be_renamed(root):
    root.name = "top"
    assert str(root.get_node("Main").get_path()) == "/top/Main"


def test_an_empty_name_is_refused():
    node = Node("a")
    with pytest.raises(ValueError, match="not a name"):
        node.name = ""
    assert node.name == "a"


def test_a_child_of_another_node_is_refused(root):
    with pytest.raises(ValueError, match=r"is a child of .* already"):
        root.add_child(root.get_node("Main/Player"))


def test_a_node_cannot_be_below_itself(root):
    for node in (root, root.get_node("Main")):
        with pytest.raises(ValueError, match=r"is a child of|below itself"):
            root.get_node("Main/Player").add_child(node)


def test_a_removed_child_is_a_tree_of_its_own(root):
    main = root.get_node("Main")
    root.remove_child(main)
    assert main.get_parent() is None
    assert root.get_children() == []
    assert str(main.get_node("Player").get_path()) == "/Main/Player"


def test_only_a_child_can_be_removed(root):
    with pytest.raises(ValueError, match="is not a child of"):
        root.remove_child(root.get_node("Main/Player"))


def test_paths_go_from_the_top_or_from_a_node_above(root):
    player = root.get_node("Main/Player")
    assert player.get_path() == NodePath("/root/Main/Player")
    assert root.get_path() == NodePath("/root")
    assert root.get_path_to(player) == NodePath("Main/Player")
    assert player.get_path_to(player) == NodePath(".")


def test_there_is_no_path_to_a_node_that_is_not_below(root):
    with pytest.raises(ValueError, match="is not below"):
        root.get_node("Main/Player").get_path_to(root)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Player", "/root/Main/Player"),
        (".", "/root/Main"),
        ("..", "/root"),
        ("./Player", "/root/Main/Player"),
        ("Player/../Other", "/root/Main/Other"),
        ("../Main//Player/", "/root/Main/Player"),
        ("Player:position:x", "/root/Main/Player"),
        ("/root", "/root"),
        ("/root/Main/Player", "/root/Main/Player"),
        (NodePath("Player"), "/root/Main/Player"),
    ],
)
def test_finds(root, path, found):
    assert str(root.get_node("Main").get_node(path).get_path()) == found


@pytest.mark.parametrize("path", ["", "/", ":x", "player", "Player/..x", "../..", "../../x", "/Main", "/root/x"])
def test_reports_that_nothing_was_found(root, path, caplog):
    assert root.get_node("Main").get_node(path) is None
    assert f"/root/Main: there is no node {path!r}" in caplog.text


def test_can_look_without_a_word(root, caplog):
    assert root.get_node_or_null("Nobody") is None
    assert caplog.text == ""


def test_shows_where_it_is(root):
    assert repr(root.get_node("Main/Player")) == "<Player /root/Main/Player>"


class TestNamesThatAreTaken:
    """faults F1: renamed as Godot does, with a log line."""

    @pytest.mark.parametrize(
        ("names", "is_legible", "made"),
        [
            pytest.param(["b", "b"], False, ["b", "@b@2"], id="F1-engines-rule"),
            pytest.param(["b", "b", "b"], False, ["b", "@b@2", "@b@3"], id="F1-counter"),
            pytest.param(["b", "c", "b", "c"], False, ["b", "c", "@b@2", "@c@3"], id="F1-one-counter-for-all"),
            pytest.param(["@b@2", "b", "b"], False, ["@b@2", "b", "@b@3"], id="F1-made-name-taken"),
            pytest.param(["b", "b"], True, ["b", "b2"], id="F1-legible"),
            pytest.param(["b", "b", "b"], True, ["b", "b2", "b3"], id="F1-legible-counts"),
            pytest.param(["b9", "b9"], True, ["b9", "b10"], id="F1-legible-number"),
            pytest.param(["b09", "b09"], True, ["b09", "b10"], id="F1-legible-leading-zero"),
            pytest.param(["7", "7"], True, ["7", "8"], id="F1-legible-only-a-number"),
        ],
    )
    def test_become_others_as_in_the_engine(self, names, is_legible, made, caplog):
        root = Node("r")
        for name in names:
            root.add_child(Node(name), legible_unique_name=is_legible)
        assert [child.name for child in root.get_children()] == made
        assert len(caplog.records) == len([name for name in made if name not in names[:1] and name not in names])

    def test_are_logged_with_both_names(self, root, caplog):
        root.get_node("Main").add_child(Node("Player"))
        assert "<Node /root/Main> has a child named 'Player' already: the other one is '@Player@2'" in caplog.text

    def test_can_be_found_by_the_name_that_was_made(self, root):
        bomb = Node("Player")
        assert root.get_node("Main").add_child(bomb) is bomb
        assert root.get_node("Main/@Player@2") is bomb

    def test_become_others_on_renaming_too(self, root):
        player = root.get_node("Main/Player")
        player.name = "Other"
        assert (player.name, root.get_node("Main/@Other@2")) == ("@Other@2", player)
        assert [child.name for child in root.get_node("Main").get_children()] == ["@Other@2", "Other"]

    def test_are_counted_in_one_tree_also_if_a_part_was_built_before(self):
        root, main = Node("root"), Node("Main")
        for _ in range(2):
            main.add_child(Node("b"))
        root.add_child(main)
        main.add_child(Node("b"))
        assert [child.name for child in main.get_children()] == ["b", "@b@2", "@b@3"]

    def test_a_number_without_end_is_counted_up_too(self):
        root, name = Node("r"), "b" + "9" * 5000
        root.add_child(Node(name))
        assert len(root.add_child(Node(name), True).name) == 5002


class TestCheapMembers:
    """faults F2: the members that cost nothing exist."""

    def test_has_node(self, root):
        assert root.has_node("Main/Player")
        assert not root.has_node("Main/Nobody")

    def test_children_by_their_place(self, root, caplog):
        main = root.get_node("Main")
        assert (main.get_child_count(), main.get_child(1), main.get_child(1).get_index()) == (
            2,
            main.get_node("Other"),
            1,
        )
        assert (main.get_child(2), main.get_child(-1), root.get_index()) == (None, None, 0)
        assert "/root/Main: there is no child 2, there are 2" in caplog.text

    def test_free_takes_a_node_out_of_the_tree(self, root):
        main = root.get_node("Main")
        main.free()
        main.free()
        assert (root.get_children(), main.get_parent()) == ([], None)
