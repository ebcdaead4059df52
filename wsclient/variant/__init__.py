"""Godot's value encoding. Pure: values in, bytes out, and back."""
