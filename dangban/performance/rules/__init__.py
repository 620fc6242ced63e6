"""Pure decisions: points, grades, targets, who is low for long."""
