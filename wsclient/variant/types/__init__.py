"""The Python types of Godot's Variants, of versions 3 and 4."""
