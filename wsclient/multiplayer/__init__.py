"""Godot's multiplayer packets, without I/O: decodes and encodes commands."""
