# Echoes on Godot 3's own WebSocketServer, with the buffers that it has unless told otherwise.
extends SceneTree

var server = WebSocketServer.new()


func _init():
    server.connect("data_received", self, "_echo")
    server.listen(int(OS.get_environment("PORT")), PoolStringArray(["chat.v1"]))


func _idle(_delta):
    server.poll()


func _echo(id):
    var peer = server.get_peer(id)
    var packet = peer.get_packet()
    var is_text = peer.was_string_packet()
    var words = packet.get_string_from_utf8().split(" ") if is_text else []
    if words and words[0] == "!close":
        server.disconnect_peer(id, int(words[1]), words[2])
        return
    peer.set_write_mode(WebSocketPeer.WRITE_MODE_TEXT if is_text else WebSocketPeer.WRITE_MODE_BINARY)
    peer.put_packet(packet)
