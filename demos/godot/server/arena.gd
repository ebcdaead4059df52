# The arena's server, in Godot 3: relays what the ships tell each other, and decides who caught which star.
#   godot3-server --path demos/godot/server PORT [until-alone]
# Prints "serving ws://127.0.0.1:PORT". With "until-alone" it ends when nobody is there any more.
extends Node

const Ship = preload("res://ship.gd")
const STARS = 6
const SECONDS_ALONE = 3.0  # until it ends; longer than the first player takes to come

# How often each star was caught, and by id how many a player has caught. Clients know them from the server alone.
puppet var stars = []
puppet var scores = {}

var server = WebSocketServer.new()
var seconds_alone = 0.0


func _ready():
	for _star in range(STARS):
		stars.append(0)
	var port = _port()
	set_process("until-alone" in OS.get_cmdline_args())
	server.bind_ip = "127.0.0.1"
	if server.listen(port, PoolStringArray(), true) != OK:
		printerr("cannot listen on port ", port)
		get_tree().quit(1)
		return
	multiplayer.connect("network_peer_connected", self, "_on_peer_connected")
	multiplayer.connect("network_peer_disconnected", self, "_on_peer_disconnected")
	get_tree().network_peer = server
	print("serving ws://127.0.0.1:", port)


func _port():
	for arg in OS.get_cmdline_args():
		if arg.is_valid_integer():
			return int(arg)
	return 8765


func _process(seconds):
	seconds_alone = 0.0 if multiplayer.get_network_connected_peers() else seconds_alone + seconds
	if seconds_alone > SECONDS_ALONE:
		get_tree().quit()


func _on_peer_connected(id):
	var ship = Ship.new()
	ship.name = str(id)
	ship.set_network_master(id)
	add_child(ship)
	scores[id] = 0
	rset_id(id, "stars", stars)
	rset("scores", scores)


func _on_peer_disconnected(id):
	get_node(str(id)).queue_free()
	scores.erase(id)
	rset("scores", scores)


# A player has touched a star that it knows to have been caught so often: of two in one moment the first one counts.
master func catch_star(star, caught):
	var id = multiplayer.get_rpc_sender_id()
	if typeof(star) != TYPE_INT or star < 0 or star >= STARS or typeof(caught) != TYPE_INT or stars[star] != caught:
		return
	stars[star] += 1
	scores[id] += 1
	rset("stars", stars)
	rset("scores", scores)


# Comes straight back, to be timed.
master func ping(sent_at):
	rpc_id(multiplayer.get_rpc_sender_id(), "pong", sent_at)
