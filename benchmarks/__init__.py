"""Side by side with other clients: what a message, an idle frame, a connection costs. See README.md."""
