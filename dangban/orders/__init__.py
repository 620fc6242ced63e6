"""Orders watched until they arrive: import, flags, remarks, requirements."""
