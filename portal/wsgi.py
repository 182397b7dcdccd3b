"""The entry point for the web server: `granian --interface wsgi portal.wsgi:application`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal.patient_postgresql.base import limit_patience

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
limit_patience(settings.DATABASE_PATIENCE_S)
application = get_wsgi_application()
