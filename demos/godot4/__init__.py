"""The arena on a real Godot 4 server.

It uses spawned ships, a synchronized world, and remote calls.
"""
