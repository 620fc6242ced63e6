"""Threads, the message log, posting, presence, and the lane that carries them live."""
