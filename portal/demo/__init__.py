"""The example organisation that `manage.py demo` makes, through the same verbs as everybody, and serves."""
