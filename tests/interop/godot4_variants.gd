# Decodes each value of a file and encodes it again: `godot4 --headless -s godot4_variants.gd -- FROM TO`.
# In both files each value follows its length, in 4 bytes; a value that was refused has the length 0.
extends SceneTree


func _init() -> void:
	var names := OS.get_cmdline_user_args()
	var given := FileAccess.open(names[0], FileAccess.READ)
	var written := FileAccess.open(names[1], FileAccess.WRITE)
	while given.get_position() < given.get_length():
		var data := given.get_buffer(given.get_32())
		var value = bytes_to_var(data)
		var is_refused: bool = value == null and data[0] != 0
		var again := PackedByteArray() if is_refused else var_to_bytes(value)
		written.store_32(again.size())
		written.store_buffer(again)
	written.close()
	quit()
