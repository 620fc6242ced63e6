"""Pure decisions about coming and going."""
