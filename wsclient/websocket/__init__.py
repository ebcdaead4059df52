"""The client and its connection: Godot's WebSocket classes."""
