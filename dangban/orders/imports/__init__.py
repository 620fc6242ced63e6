"""Taking in orders from a platform's file: page and command line come through `running`."""
