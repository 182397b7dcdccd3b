"""A project with nothing but hordak."""

from bench.peers.settings import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"]
DEFAULT_CURRENCY = "EUR"
CURRENCIES = ["EUR"]
HORDAK_CURRENCIES = ["EUR"]
