"""Pay (薪资): payslips line by line, closed once a month."""
