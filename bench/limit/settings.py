"""The site's own settings with one address: what a call costs over the very same HTTP stack with an empty view."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.limit.urls"
