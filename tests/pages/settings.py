"""A site as production serves it, on the example's data, that tells with each answer how many statements it took."""

import os

from portal import local_secrets
from tests.pages.example import EXAMPLE, VAR_DIR

os.environ.update(EXAMPLE, DEBUG="false", DEMO="false", HTTPS="false", ALLOWED_HOSTS="127.0.0.1,testserver")
os.environ.update(EMAIL_URL="dummymail://", LOG_LEVEL="ERROR", STATIC_ROOT=str(VAR_DIR / "static"))
os.environ["SECRET_KEY"] = local_secrets.secret_key(VAR_DIR)
os.environ["OIDC_PRIVATE_KEY"] = local_secrets.oidc_private_key(VAR_DIR)

from portal.settings import *  # noqa: F403  (its environment stands above)
from portal.settings import MIDDLEWARE as OF_THE_SITE

MIDDLEWARE = ["tests.pages.counting.StatementsMiddleware", *OF_THE_SITE]
# A round through all pages takes longer than the five minutes for which a password counts.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 86_400
