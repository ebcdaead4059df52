# Does with the engine's own WebSocketClient what the other clients do, for benchmarks/clients/godot_client.py, which
# listens on PORT:
#   godot3-server -s benchmarks/godot/client.gd PORT
# It sends [method, [argument, ..]], and gets back what the method returns: null stands for a mistake of ours, a text
# for what went wrong. There is no main loop, so no frame costs anything: only what the methods do is measured.
extends SceneTree

const REST = 50  # microseconds, when nothing has come
const FRAME = 2000  # microseconds
const PATIENCE = 30000  # milliseconds

var certificate = null
var clients = {}
var many = []


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


func trust(path):
	certificate = X509Certificate.new()
	return certificate.load(path)


# Opens one that has a name. Buffers: KiB, packets, in and out.
func open(name, url, buffers):
	var client = WebSocketClient.new()
	if buffers:
		client.set_buffers(buffers[0], buffers[1], buffers[2], buffers[3])
	var problem = _connect(client, url)
	clients[name] = client
	return problem


func _connect(client, url, rest = 0):
	client.trusted_ssl_certificate = certificate
	if client.connect_to_url(url) != OK:
		return "not connecting to " + url
	var end = OS.get_ticks_msec() + PATIENCE
	client.poll()
	while client.get_connection_status() == NetworkedMultiplayerPeer.CONNECTION_CONNECTING:
		if rest > 0:
			OS.delay_usec(rest)
		client.poll()
		if OS.get_ticks_msec() > end:
			break
	if client.get_connection_status() != NetworkedMultiplayerPeer.CONNECTION_CONNECTED:
		return "not connected to " + url
	return ""


func look(name, count):
	var client = clients[name]
	for _i in count:
		client.poll()
	return ""


# Has the server flood, so many times, and takes each message: of text a String.
func receive(name, command, times, count, is_text):
	var client = clients[name]
	var peer = client.get_peer(1)
	for _i in times:
		peer.put_packet(command.to_ascii())
		var left = count
		var end = OS.get_ticks_msec() + PATIENCE
		while left > 0:
			client.poll()
			var arrived = peer.get_available_packet_count()
			left -= arrived
			if is_text:
				for _j in arrived:
					var packet = peer.get_packet()
					if peer.was_string_packet():
						packet.get_string_from_utf8()
			else:
				for _j in arrived:
					peer.get_packet()
			if arrived == 0:
				OS.delay_usec(REST)
				if OS.get_ticks_msec() > end:
					return "%d of %d did not come" % [left, count]
	return ""


func command(name, text):
	return "" if clients[name].get_peer(1).put_packet(text.to_ascii()) == OK else "not sent"


func send(name, size, count):
	var client = clients[name]
	var peer = client.get_peer(1)
	var payload = PoolByteArray()
	payload.resize(size)
	var end = OS.get_ticks_msec() + PATIENCE
	for _i in count:
		while peer.put_packet(payload) != OK:  # full: what waits has to leave first
			OS.delay_usec(REST)
			client.poll()
			if OS.get_ticks_msec() > end:
				return "not sent"
	while peer.get_available_packet_count() == 0:
		client.poll()
		if peer.get_available_packet_count() == 0:
			OS.delay_usec(REST)
		if OS.get_ticks_msec() > end:
			return "no answer"
	peer.get_packet()
	return ""


# Microseconds of each round trip.
func echo(name, size, count):
	var client = clients[name]
	var peer = client.get_peer(1)
	var payload = PoolByteArray()
	payload.resize(size)
	var took = []
	for _i in count:
		var start = OS.get_ticks_usec()
		peer.put_packet(payload)
		while peer.get_available_packet_count() == 0:
			client.poll()
		peer.get_packet()
		took.append(OS.get_ticks_usec() - start)
	return took


# Microseconds of the longest poll(), a frame every few milliseconds.
func longest(name, command, count):
	var client = clients[name]
	var peer = client.get_peer(1)
	var longest = 0
	var end = OS.get_ticks_msec() + PATIENCE
	peer.put_packet(command.to_ascii())
	while count > 0:
		OS.delay_usec(FRAME)
		var start = OS.get_ticks_usec()
		client.poll()
		longest = max(longest, OS.get_ticks_usec() - start)
		while peer.get_available_packet_count() > 0:
			peer.get_packet()
			count -= 1
		if OS.get_ticks_msec() > end:
			return "%d did not come" % count
	return longest


func connect_and_drop(url, count, busy):
	for _i in count:
		var problem = _connect(WebSocketClient.new(), url, 0 if busy else REST)
		if problem:
			return problem
	return ""


func open_many(url, count):
	for _i in count:
		var client = WebSocketClient.new()
		var problem = _connect(client, url)
		if problem:
			return problem
		many.append(client)
	return ""


func look_at_all(count, pause):
	for _i in count:
		if pause > 0:
			OS.delay_usec(pause)
		for client in many:
			client.poll()
	return ""
