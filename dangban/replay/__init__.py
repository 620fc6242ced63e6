"""Playing recorded dialogues through the public doors, and checking that nothing was lost."""
