"""Pictures, videos and files: content-addressed, re-encoded, one row per use."""
