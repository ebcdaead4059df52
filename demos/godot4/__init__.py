"""The arena on a real Godot 4 server: spawned ships, a synchronized world, and remote calls."""
