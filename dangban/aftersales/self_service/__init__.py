"""What customers ask for, show, send back and follow by the link to their order."""
