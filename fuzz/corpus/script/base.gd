extends Node
@rpc("any_peer", "unreliable", "call_remote", 2) func move(): pass
const TEXT = """@rpc
func not_this(): pass"""
