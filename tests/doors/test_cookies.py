"""Cookies, HTTPS, other origins, and what a client says about itself."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from tests.house.sources import ROOT
from tests.migrated import fill

SECRET = "".join(chr(33 + number) for number in range(60))
ASKED = """
import django; django.setup()
from django.test import Client
answer = Client().get("/accounts/login/", secure=True, headers={"Host": "tokens.example"})
print(answer.headers["Strict-Transport-Security"])
print(Client().get("/", headers={"Host": "tokens.example"}).headers["Location"])
plain = Client().get("/api/v1/me", headers={"Host": "tokens.example"})
print(plain.status_code, plain.headers["Content-Type"], plain.headers.get("Location"))
print(answer.cookies["csrftoken"]["secure"], answer.cookies["csrftoken"]["httponly"])
"""


def test_cookies_are_for_this_site_and_no_script(bob: User) -> None:
    cache.clear()  # who failed to sign in before slows nobody down
    browser = Client()
    browser.get("/accounts/login/")
    browser.post("/accounts/login/", {"login": bob.email, "password": "secret-bob"})
    for name in ("sessionid", "csrftoken"):
        cookie = browser.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", ""), name


@pytest.mark.own_database
def test_production_insists_on_https(tmp_path: "os.PathLike[str]") -> None:
    given = {"SECRET_KEY": SECRET, "OIDC_PRIVATE_KEY": "unused", "VAR_DIR": str(tmp_path), "HTTPS": "true"}
    given |= {"ALLOWED_HOSTS": "tokens.example", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    given |= {"DEBUG": "false", "DEMO": "false", "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3"}
    environment = {**os.environ, **given}
    fill(given["DATABASE_URL"])
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    asked = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert asked.stdout.splitlines() == [
        "max-age=31536000; includeSubDomains; preload",
        "https://tokens.example/",
        "403 application/problem+json None",
        "True True",
    ]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_no_other_origin_is_let_in(origin: str, db: None) -> None:
    # What is published for everybody, the address of the token endpoint, allauth lets every page read.
    assert Client().get("/.well-known/openid-configuration").headers["Access-Control-Allow-Origin"] == "*"
    for path in ("/api/v1/me", "/accounts/login/", "/api/schema/", "/identity/o/api/token"):
        answer = Client().get(path, headers={"Origin": origin})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    refused = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"}, headers={"Origin": origin})
    assert refused.status_code == 403


def test_what_a_client_says_about_itself_is_not_believed(db: None) -> None:
    assert settings.TRUSTED_PROXIES == 0
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    answer = Client().get("/", headers=lies)
    assert answer.headers["Location"] == "/accounts/login/?next=/"
    document = Client().get("/.well-known/openid-configuration", headers=lies).json()
    assert document["issuer"] == "http://testserver"
