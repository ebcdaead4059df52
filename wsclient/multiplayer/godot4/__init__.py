"""The packets of Godot 4.3 and later."""
