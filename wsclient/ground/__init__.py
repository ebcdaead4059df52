"""Shared by every room: error codes, value classes, escaped text."""
