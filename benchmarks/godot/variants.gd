# Times the engine's own var2bytes() and bytes2var(), for benchmarks/variants.py, which listens on PORT:
#   godot3-server -s benchmarks/godot/variants.gd PORT
# It sends [method, [bytes, count]], and gets back what the method returns.
extends SceneTree


func _init():
	var args = OS.get_cmdline_args()
	var connection = StreamPeerTCP.new()
	connection.connect_to_host("127.0.0.1", int(args[args.size() - 1]))
	while connection.get_status() == StreamPeerTCP.STATUS_CONNECTING:
		OS.delay_msec(1)
	connection.set_no_delay(true)
	var command = connection.get_var()
	while command:
		connection.put_var(callv(command[0], command[1]))
		command = connection.get_var()
	quit()


# Microseconds for so many calls.
func encode(data, count):
	var value = bytes2var(data)
	var start = OS.get_ticks_usec()
	for _i in count:
		var2bytes(value)
	return OS.get_ticks_usec() - start


func decode(data, count):
	var start = OS.get_ticks_usec()
	for _i in count:
		bytes2var(data)
	return OS.get_ticks_usec() - start


func encoded(data):
	return var2bytes(bytes2var(data))
