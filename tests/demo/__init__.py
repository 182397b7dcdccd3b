"""The example site that `manage.py demo` makes and serves."""
