"""Godot 3's multiplayer packets."""
