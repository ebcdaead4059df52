"""The arena on a real Godot 3 server, its players in Python. `python -m demos.godot` starts all of it."""
