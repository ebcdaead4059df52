"""What every room may use: error codes, value classes, escaped text."""
