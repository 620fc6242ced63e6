"""Django's SQLite backend with the write gate that it shares with the message lane."""
