"""Staff, organisation, access: who may see and do what."""
