"""Plays the arena with thousands of users, with Locust."""
