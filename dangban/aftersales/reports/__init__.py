"""Reports of after-sales: how often goods come back and why, what quality costs, how long cases take."""
