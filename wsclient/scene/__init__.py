"""Godot's scene multiplayer over any peer: nodes, RPC, and a peer under a bad network."""
