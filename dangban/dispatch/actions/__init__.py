"""What is done with paid orders until they have left."""
