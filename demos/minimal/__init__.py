"""The smallest program: connect, send, print what comes, close."""
