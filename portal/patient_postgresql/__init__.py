"""Django's PostgreSQL backend with an end to its waiting. Named as ENGINE in portal/settings.py."""
