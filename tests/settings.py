"""Settings of the test suite: production's, without what makes tests slow or reaches outside."""

import os
from pathlib import Path

from portal import local_secrets

VAR_DIR = Path(__file__).resolve().parent.parent / "var" / "tests"
os.environ["VAR_DIR"] = str(VAR_DIR)
os.environ.update(DEBUG="false", DEMO="false", HTTPS="false", SECRET_KEY="only for tests " + "x" * 50)
os.environ["OIDC_PRIVATE_KEY"] = local_secrets.oidc_private_key(VAR_DIR)

from portal.settings import *  # noqa: E402, F403  (its environment stands above)
from portal.settings import DATABASES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Hashed names need collectstatic first, and pages without it would be unstyled and still pass.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# A file of this run's own: tests with threads need real locking, and two runs must not meet.
DATABASES["default"]["TEST"] = {"NAME": f"test-{os.getpid()}"}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"]["NAME"] = str(VAR_DIR / f"test-{os.getpid()}.sqlite3")
    # No test of these settings cuts the power: what is killed is a process, and the file outlives it all the same.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
