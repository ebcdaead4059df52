"""Compares the cost of a message, an idle frame and a connection with other clients. See README.md."""
