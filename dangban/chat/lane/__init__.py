"""The message lane: the doors that messages pass through without Django in between."""
