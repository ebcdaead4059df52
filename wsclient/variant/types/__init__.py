"""The Python types of Godot's Variants."""
