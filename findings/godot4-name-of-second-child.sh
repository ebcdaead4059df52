#!/bin/sh
# A node named "b" is added where a child "b" exists already. What is it called?
#
# Guess: "@b@2", the requested name with a number, as in Godot 3.
# Seen:  "@Node@2" for a Node, "@Node2D@3" for a Node2D: the name of the class, without the requested name.
# With:  Godot 4.6.3 of Debian sid
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
test -n "${GODOT4:-}" || { "$repository/.ci/install-godot4" "$folder/engine" > log; GODOT4=$folder/engine/godot4; }
export HOME="$folder"
cat > names.gd <<'GD'
extends SceneTree

func _init():
    var parent = Node.new()
    for child in [Node.new(), Node.new(), Node2D.new()]:
        child.name = "b"
        parent.add_child(child)
    var names = parent.get_children().map(func(child): return str(child.name))
    print("Godot ", Engine.get_version_info().string, ": ", names)
    parent.free()
    quit()
GD
"$GODOT4" --headless --script "$folder/names.gd" > seen
grep ': \[' seen
grep -q '\["b", "@Node@[0-9]*", "@Node2D@[0-9]*"\]' seen
