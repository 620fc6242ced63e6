"""Performance (绩效): measures, scorecards, dashboards."""
