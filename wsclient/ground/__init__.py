"""Shared by all rooms: error codes, value classes, escaped text."""
