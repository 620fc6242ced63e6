"""Figures that other tools counted: their files, read, tried and taken over."""
