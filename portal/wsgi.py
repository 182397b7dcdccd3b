"""The entry point for the web server: `granian --interface wsgi portal.wsgi:application`."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from portal.patient_postgresql.base import limit_patience

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
limit_patience(settings.DATABASE_PATIENCE_S)
application = get_wsgi_application()
# Every view is imported now, not by the first visitor. What stands by then stays for the life of the process: taken out
# of the collector's rounds, it no longer costs a batch of a thousand a third of its time (decision 19).
assert get_resolver().url_patterns, "a site has addresses"
gc.collect()
gc.freeze()
