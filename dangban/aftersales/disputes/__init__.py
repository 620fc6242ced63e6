"""Disputes before the platform (平台介入): materials, answer, ruling, and the file of it all."""
