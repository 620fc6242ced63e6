"""Open pages and what the stream tells them, without a browser: see tests/test_live_pages.py."""
