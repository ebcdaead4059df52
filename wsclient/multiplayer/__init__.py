"""Godot's multiplayer packets. Pure: bytes in, commands out, and back."""
