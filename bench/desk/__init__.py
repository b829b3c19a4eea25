"""The service desk at a million tickets, beside django-helpdesk."""
