"""The arena on a real Godot 3 server, with players in Python.

Start it with `python -m demos.godot`.
"""
