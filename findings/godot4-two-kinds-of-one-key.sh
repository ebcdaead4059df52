#!/bin/sh
# The bytes of a dictionary hold two pairs: "a" (String) with 1, and &"a" (StringName) with 2. What does bytes_to_var() return?
#
# Guess: Two pairs, as the types differ; or the second pair alone.
# Seen:  One pair with the key of the first and the value of the second: "a" (String) with 2.
# With:  Godot 4.6.3 of Debian sid
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
test -n "${GODOT4:-}" || { "$repository/.ci/install-godot4" "$folder/engine" > log; GODOT4=$folder/engine/godot4; }
export HOME="$folder"
cat > keys.gd <<'GD'
extends SceneTree

const STRING = "04000000" + "01000000" + "61000000"
const STRING_NAME = "15000000" + "01000000" + "61000000"
const ONE = "02000000" + "01000000"
const TWO = "02000000" + "02000000"
const TWO_PAIRS = "1b000000" + "02000000"

func decoded(bytes):
    var value = bytes_to_var(bytes.hex_decode())
    return value.keys().map(func(key): return type_string(typeof(key)) + " " + key + ": " + str(value[key]))

func _init():
    print("Godot ", Engine.get_version_info().string, ": ",
        decoded(TWO_PAIRS + STRING + ONE + STRING_NAME + TWO), " ",
        decoded(TWO_PAIRS + STRING_NAME + ONE + STRING + TWO))
    quit()
GD
"$GODOT4" --headless --script "$folder/keys.gd" > seen
grep ': \[' seen
grep -qF ': ["String a: 2"] ["StringName a: 2"]' seen
