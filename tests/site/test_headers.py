"""Every answer carries the site's security headers, also where a view refuses."""

import pytest
from django.test import Client

from portal.middleware import content_security_policy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/accounts/login/", "/no-such-page/", "/static/bootstrap/css/bootstrap.css"])
def test_nothing_inline_and_nothing_from_elsewhere_may_run(path: str, client: Client) -> None:
    response = client.get(path)
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Permissions-Policy"].startswith("camera=()")
    response.close()


def test_a_form_may_end_at_a_named_place() -> None:
    policy = content_security_policy(form_targets=["http://127.0.0.1:8765"])
    assert "form-action 'self' http://127.0.0.1:8765;" in policy


def test_an_unknown_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/accounts/2fa/").headers["Location"] == "/accounts/login/?next=/accounts/2fa/"
