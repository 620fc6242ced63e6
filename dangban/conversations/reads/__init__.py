"""What the pages of this room read beyond the room's queries: a thread's lines, the customer's view of the floor."""
