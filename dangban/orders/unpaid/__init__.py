"""Orders that await payment (催付): who is contacted first, by whom, with which words, and what comes of it."""
