"""What the neighbours' settings have in common: the database of this run, connections that stay open."""

import os
from typing import Any

SECRET_KEY = "only for the benchmark"  # noqa: S105
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["BENCH_HOST"],
        "NAME": os.environ["BENCH_DATABASE"],
        "USER": "postgres",
        "CONN_MAX_AGE": 600,
    }
}
