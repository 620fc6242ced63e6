"""After-sales (售后): decided by rule, settled to the cent."""
