"""Pure decisions of the floor: facts and the handbook in, a decision with its reasons out."""
