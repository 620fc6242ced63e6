"""What a customer sees and does with their order by a signed link, without logging in."""
