from __future__ import annotations

from contextlib import nullcontext
from hashlib import md5

import pytest

from tests.support.scripted_peer import ScriptedPeer
from wsclient.godot4 import Node, SceneMultiplayer, rpc
from wsclient.godot4.rpc_config import RPCMode
from wsclient.ground.error import Error


class Base(Node):
    @rpc("any_peer")
    def zeta(self): ...

    @rpc
    def Upper(self): ...  # noqa: N802 - as GDScript may have it


class Player(Base):
    @rpc("any_peer", "call_local")
    def _private(self): ...

    def zeta(self): ...

    def plain(self): ...


class Watched(Node):
    """Says when its hooks run."""

    def __init__(self, name, said):
        super().__init__(name)
        self.said = said

    def _enter_tree(self):
        self.said.append(f"enter {self.name}")

    def _ready(self):
        self.said.append(f"ready {self.name}")

    def _exit_tree(self):
        self.said.append(f"exit {self.name} at {self.get_path()}")


@pytest.fixture
def api():
    return SceneMultiplayer()


@pytest.fixture
def root(api):
    root = Node("root")
    api.root_node = root
    return root


class TestMarks:
    def test_are_numbered_by_code_point_with_those_of_the_bases(self):
        numbers = Player("x").get_rpc_list()
        assert [numbers.name_of(number) for number in range(4)] == ["Upper", "_private", "zeta", None]
        assert numbers.checksum == md5(b"Upper_privatezeta", usedforsecurity=False).hexdigest()

    def test_of_one_node_have_a_list_of_their_own(self):
        player = Player()
        player.rpc_config("plain", {"rpc_mode": 1, "call_local": True})
        assert player.get_rpc_list().id_of("plain") == 0x8000
        assert player.get_rpc_mark("plain").rpc_mode is RPCMode.RPC_MODE_ANY_PEER
        assert Player().get_rpc_list().id_of("plain") is None
        player.rpc_config("plain", None)
        assert player.get_rpc_list().checksum == Player().get_rpc_list().checksum
        assert player.get_rpc_mark("plain") is None

    def test_an_override_without_a_mark_keeps_that_of_its_base(self):
        assert Player().get_rpc_mark("zeta").rpc_mode is RPCMode.RPC_MODE_ANY_PEER

    def test_a_node_without_marks_has_the_checksum_of_nothing(self):
        assert Node().get_rpc_list().checksum == "d41d8cd98f00b204e9800998ecf8427e"


class TestAuthority:
    def test_is_the_servers_until_it_is_set(self):
        assert Node().get_multiplayer_authority() == 1

    def test_is_that_of_the_nodes_below_too_if_wished(self, root):
        main = root.add_child(Node("Main"))
        player = main.add_child(Node("Player"))
        main.set_multiplayer_authority(5)
        main.set_multiplayer_authority(6, recursive=False)
        assert (main.get_multiplayer_authority(), player.get_multiplayer_authority()) == (6, 5)

    def test_is_ours_by_our_id(self, api, root):
        assert not root.is_multiplayer_authority()
        api.multiplayer_peer = ScriptedPeer(1)
        assert root.is_multiplayer_authority()


class TestHooks:
    def test_run_parents_first_on_entering_and_children_first_when_ready(self, root):
        said = []
        main = Watched("Main", said)
        main.add_child(Watched("Player", said))
        assert said == []
        root.add_child(main)
        assert said == ["enter Main", "enter Player", "ready Player", "ready Main"]
        assert main.is_inside_tree()

    def test_run_when_the_root_is_set(self, api):
        said = []
        main = Watched("Main", said)
        api.root_node = main
        assert said == ["enter Main", "ready Main"]
        api.root_node = None
        assert said[2:] == ["exit Main at /Main"]
        assert not main.is_inside_tree()

    def test_run_children_first_on_leaving_while_the_path_still_holds(self, root):
        said = []
        main = root.add_child(Watched("Main", said))
        main.add_child(Watched("Player", said))
        said.clear()
        main.free()
        assert said == ["exit Player at /root/Main/Player", "exit Main at /root/Main"]

    def test_a_node_is_ready_once(self, root):
        said = []
        main = root.add_child(Watched("Main", said))
        root.remove_child(main)
        root.add_child(main)
        assert said.count("ready Main") == 1
        assert said.count("enter Main") == 2

    def test_may_add_children(self, root):
        said = []

        class Maker(Watched):
            def _enter_tree(self):
                super()._enter_tree()
                self.add_child(Watched("Made", said))

            def _ready(self):
                super()._ready()
                self.add_child(Watched("Late", said))

        root.add_child(Maker("Maker", said))
        assert said == ["enter Maker", "enter Made", "ready Made", "ready Maker", "enter Late", "ready Late"]

    def test_may_set_the_authority(self, root):
        class Owned(Node):
            def _enter_tree(self):
                self.set_multiplayer_authority(int(self.name))

        assert root.add_child(Owned("7")).get_multiplayer_authority() == 7

    def test_may_take_the_node_out_again(self, root):
        class Shy(Watched):
            def _enter_tree(self):
                super()._enter_tree()
                self.free()

        said = []
        root.add_child(Shy("Shy", said))
        assert said == ["enter Shy", "exit Shy at /root/Shy"]
        assert root.get_children() == []

    @pytest.mark.parametrize("hook", ["_enter_tree", "_ready", "_exit_tree"])
    def test_all_run_if_one_of_them_raises(self, root, hook):
        def fail():
            raise LookupError(hook)

        said = []
        main = Watched("Main", said)
        for name in ("One", "Two"):
            main.add_child(Watched(name, said))
        setattr(main.get_node("One"), hook, fail)

        for change in (root.add_child, root.remove_child):
            with (
                pytest.raises(LookupError) if (change == root.remove_child) == (hook == "_exit_tree") else nullcontext()
            ):
                change(main)

        hooks = ["enter Main", "enter One", "enter Two", "ready One", "ready Two", "ready Main"]
        hooks += ["exit Two at /root/Main/Two", "exit One at /root/Main/One", "exit Main at /root/Main"]
        failed = {"_enter_tree": "enter One", "_ready": "ready One", "_exit_tree": "exit One at /root/Main/One"}[hook]
        assert said == [each for each in hooks if each != failed]
        assert not main.get_node("One").is_inside_tree()
        assert root.get_children() == []

    def test_may_remove_the_scene_when_a_node_leaves_it(self, root):
        said = []
        main = root.add_child(Watched("Main", said))
        player = main.add_child(Watched("Player", said))
        main.add_child(Watched("Other", said))
        player._exit_tree = lambda: root.remove_child(main)
        said.clear()

        main.remove_child(player)

        assert said == ["exit Other at /root/Main/Other", "exit Main at /root/Main"]
        assert not player.is_inside_tree()
        assert (root.get_children(), [each.name for each in main.get_children()]) == ([], ["Other"])

    def test_may_not_add_a_node_that_leaves(self, root):
        player = root.add_child(Node("Player"))
        other = root.add_child(Node("Other"))

        def move():
            root.remove_child(player)
            other.add_child(player)

        player._exit_tree = move
        with pytest.raises(ValueError, match="is leaving its tree: add it when that is over"):
            player.free()
        assert not player.is_inside_tree()
        assert other.add_child(player).is_inside_tree()


@pytest.mark.parametrize(
    ("names", "is_readable", "made"),
    [
        (["b", "b", "b"], False, ["b", "@Node@2", "@Node@3"]),
        (["b", "b", "b9", "b9"], True, ["b", "b2", "b9", "b10"]),
    ],
)
def test_a_name_that_is_taken_becomes_another_as_in_the_engine(names, is_readable, made):
    root = Node("r")
    for name in names:
        root.add_child(Node(name), force_readable_name=is_readable)
    assert [child.name for child in root.get_children()] == made


def test_renaming_to_a_taken_name_counts_legibly_as_in_the_engine():
    root = Node("r")
    first = root.add_child(Node("a"))
    root.add_child(Node("b"))
    first.name = "b"
    assert first.name == "b2"


def test_without_a_multiplayer_calls_are_refused(caplog):
    assert Player().rpc("zeta") == Error.ERR_UNCONFIGURED
    assert "no multiplayer; set the root_node" in caplog.text


def test_missing_names_suggest_an_alternative():
    with pytest.raises(AttributeError, match=r"write self\.multiplayer"):
        Player().get_tree()
