# What the engine's own bytes_to_var and var_to_bytes take for the values of a SYNC and of a DELTA of 50 nodes:
#   godot --headless --path benchmarks/godot4 -s replication.gd
# Prints one line, "TOOK decode-microseconds encode-microseconds": of many rounds, the fastest.
extends SceneTree

const NODES = 50
const ROUNDS = 300


func _init():
	var parts = []
	var values = []
	for number in NODES:
		for value in [Vector2(number, 1.5), number % 2 == 0]:
			parts.append(var_to_bytes(value))
		values.append_array([number, "player %d" % number, {"score": number}])
	var decode = INF
	var encode = INF
	for _round in ROUNDS:
		var start = Time.get_ticks_usec()
		for part in parts:
			bytes_to_var(part)
		var between = Time.get_ticks_usec()
		for value in values:
			var_to_bytes(value)
		decode = min(decode, between - start)
		encode = min(encode, Time.get_ticks_usec() - between)
	print("TOOK %d %d" % [decode, encode])
	quit()
