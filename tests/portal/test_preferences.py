"""Preferences: the zone of every time on every page, the theme, and the pool for each service."""

from django.contrib.auth.models import User

from ledger.models import Service
from portal.models.preferences import ServicePool
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of


def test_times_are_written_in_the_users_zone_with_its_name(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    address = page("job", job_id=world.running.id)
    assert " UTC</time>" in text_of(client.get(address))
    client.post(page("preferences"), fields_of(client.get(page("preferences"))) | {"time_zone": "Asia/Tokyo"})
    shown = text_of(client.get(address))
    assert " JST</time>" in shown
    assert " UTC</time>" not in shown
    assert " JST</time>" in text_of(sign_in(bob).get(address))


def test_the_theme_is_kept_in_the_browser(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    assert 'data-theme="auto"' in text_of(client.get(page("home")))
    client.post(page("preferences"), fields_of(client.get(page("preferences"))) | {"theme": "dark"})
    assert 'data-bs-theme="dark"' in text_of(client.get(page("home")))


def test_a_pool_for_a_service_is_remembered_and_forgotten(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    study = Service.objects.get(code="generative_study")
    form = fields_of(client.get(page("preferences")))
    client.post(page("preferences"), form | {study.id.hex: "shared"})
    assert ServicePool.objects.get(user=bob).kind == "shared"
    assert fields_of(client.get(page("preferences")))[study.id.hex] == "shared"
    client.post(page("preferences"), form | {study.id.hex: ""})
    assert not ServicePool.objects.exists()


def test_a_zone_that_does_not_exist_is_refused(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    form = fields_of(client.get(page("preferences"))) | {"time_zone": "Mars/Olympus"}
    assert "Select a valid choice" in text_of(client.post(page("preferences"), form))
