"""Helpers for several tests: fakes, scripted peers, and ways to run a case."""
