"""The service desk at a million tickets, beside django-helpdesk. Run with `python -m bench.desk`."""
