"""The pages of this room: each view parses, calls one action or query, and renders."""
