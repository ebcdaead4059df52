"""Small programs that show wsclient at work. See README.md."""
