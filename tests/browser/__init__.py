"""Journeys in a real browser against a real server: the few for which the browser matters."""
