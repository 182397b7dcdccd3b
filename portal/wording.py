"""What refusals say to people, in their language. The API and the books keep the English they are raised with."""

import re
from typing import Final

from django.utils.translation import gettext, gettext_noop

from ledger.errors import LedgerError

# The sentences of ledger and portal that name a fact; a house test compares them with the code.
WITH_FACTS: Final = (
    gettext_noop("A job counts 1 to {RESULTS_LIMIT} results."),
    gettext_noop("An amount has at most {MAX_DIGITS} digits."),
    gettext_noop("Give 1 to {BATCH_LIMIT} items."),
    gettext_noop("Give a number of jobs from 1 to {COUNT_LIMIT}."),
    gettext_noop("Give a quantity above zero with at most {MAX_DIGITS} digits."),
    gettext_noop("Give an amount above zero with at most {MAX_DIGITS} digits."),
    gettext_noop("Give at most {limit} characters."),
    gettext_noop("Order 1 to {QUANTITY_LIMIT} packs."),
    gettext_noop("The job has already ended: {status}."),
    gettext_noop("The job holds {tokens} tokens."),
    gettext_noop("The job needs {required} tokens, {available} are available."),
    gettext_noop("{required} tokens are needed, {available} are available."),
    gettext_noop("You have {MOST_SCHEDULES} schedules already. Stop one first."),
    gettext_noop("Your role does not include: {label}."),
    gettext_noop("{MOST_UNFINISHED} of your exports are waiting already. Wait for one of them."),
)
_FACT: Final = re.compile(r"\\\{(\w+)\\\}")
_FORMS: Final = [(text, re.compile(_FACT.sub(r"(?P<\1>.+)", re.escape(text)))) for text in WITH_FACTS]


def words_of(refusal: LedgerError) -> str:
    """Return what a refusal says, in the language of whom it is said to."""
    return translated(refusal.detail)


def translated(sentence: str) -> str:
    """Return a refusal's sentence in the reader's language; one that is not known stays as it is."""
    for text, form in _FORMS:
        if found := form.fullmatch(sentence):
            return gettext(text).format_map({name: gettext(fact) for name, fact in found.groupdict().items()})
    return gettext(sentence)
