"""What the handbook says of leave: what may be asked, what is due, what it costs. Pure."""
