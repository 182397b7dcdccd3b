"""Generate asks the database no more often for many pools' worth of history than for none."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import jobs
from tests.cast import fresh_key
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page

MOST = 12


@pytest.mark.parametrize("who", ["alice", "bob"])
@pytest.mark.parametrize("changes", [{}, {"count": "90"}, {"service": "generative_study_extension"}])
def test_the_cost_of_the_page_and_of_typing(who: str, changes: dict[str, str], world: World, sign_in: SignIn) -> None:
    user = User.objects.get(username=who)
    client = sign_in(user)
    form = fields_of(client.get(page("generate"))) | {"service": "generative_study", **changes}
    spent = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as whole:
            assert client.get(page("generate")).status_code == 200
        with CaptureQueriesContext(connection) as typed:
            answer = client.post(page("generate-cost"), form, headers={"HX-Request": "true"})
        assert "Required" in answer.text
        spent.append((len(whole), len(typed)))
        order = jobs.JobOrder(world.contract.id, user.pk, "model_derivative")
        jobs.start_batch(idempotency=fresh_key(), orders=[order] * 20, mode="all_or_nothing")
    assert spent[0] == spent[1]
    assert max(spent[0]) <= MOST, "\n".join(each["sql"][:120] for each in [*whole, *typed])
