"""The numbers of the desk: defined, counted, tabled, drawn, and written into the month's report."""
