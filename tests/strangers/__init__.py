"""What strangers try: every address, and a day whose every text is marked."""
