"""Where customers are answered: workspace, routing, promises, guard, floor."""
