"""The same view without middleware (but for one that allauth insists on): when nothing but the call is done."""

from bench.limit.settings import *  # noqa: F403

MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
