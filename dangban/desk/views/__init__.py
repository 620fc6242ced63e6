"""Pages of the desk: the inbox, the day, tasks, approvals, notices."""
