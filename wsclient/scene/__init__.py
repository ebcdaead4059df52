"""Godot's scene multiplayer over any peer: nodes, RPC, and simulated lag."""
