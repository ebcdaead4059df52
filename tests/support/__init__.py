"""Helpers that several tests share: fakes, scripted peers, and ways to run a case."""
