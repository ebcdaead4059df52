# The arena's server, in Godot 3: relays the messages of the ships, and decides which player caught which star.
#   godot3-server --path demos/godot/server PORT [until-alone]
# Prints "serving ws://127.0.0.1:PORT". With "until-alone", it ends when all players have left.
extends Node

const Ship = preload("res://ship.gd")
const STARS = 6
const SECONDS_ALONE = 3.0  # before it ends; longer than the first player takes to join

# How often each star was caught, and how many stars each player has caught, by id. Only the server decides this.
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


# Called when a player has touched a star, with the count that it knows. If two do at the same time, the first counts.
master func catch_star(star, caught):
	var id = multiplayer.get_rpc_sender_id()
	if typeof(star) != TYPE_INT or star < 0 or star >= STARS or typeof(caught) != TYPE_INT or stars[star] != caught:
		return
	stars[star] += 1
	scores[id] += 1
	rset("stars", stars)
	rset("scores", scores)


# Answered immediately, to measure the round trip.
master func ping(sent_at):
	rpc_id(multiplayer.get_rpc_sender_id(), "pong", sent_at)
