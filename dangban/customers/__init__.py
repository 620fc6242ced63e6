"""One person behind many handles, and all that happened with them."""
