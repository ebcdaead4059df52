"""Godot's base classes: objects with signals, and peers that send packets."""
