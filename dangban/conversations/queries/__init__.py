"""What pages of the floor read."""
