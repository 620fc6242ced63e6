"""Pure decisions of after-sales."""
