"""Attempts that are counted for all processes of the site together. Used by portal.limits and the API's throttle."""

from hashlib import sha256

from django.db import connection, models


class Counter(models.Model):
    """How often something happened in the newest window of time that anybody counted in."""

    key = models.CharField(max_length=64, primary_key=True, help_text="A hash: what it is about may be an address.")
    slot = models.BigIntegerField(help_text="The window's number: seconds since 1970 divided by its length.")
    window_s = models.PositiveIntegerField()
    count = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.count} in window {self.slot}"


# One statement, so that no two processes can read the same number: a cache's read and write are two.
# A host whose clock is behind counts in the newer window.
_COUNT = """
    INSERT INTO portal_counter AS kept (key, slot, window_s, count) VALUES (%s, %s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN kept.slot < excluded.slot THEN excluded.count ELSE kept.count + excluded.count END,
        slot = CASE WHEN kept.slot < excluded.slot THEN excluded.slot ELSE kept.slot END
    RETURNING count
"""


def count_shared(name: str, *, window_s: int, now: float, by: int = 1) -> int:
    """Count `by` more of `name` in the window of `window_s` seconds around `now`, and return how many there were."""
    key = sha256(f"{window_s}:{name}".encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, int(now // window_s), window_s, by])
        row: tuple[int] | None = cursor.fetchone()
    assert row is not None, "an upsert that returns has a row"
    return row[0]


def forget_ended(*, now: float) -> int:
    """Delete the counts of windows that ended a whole window ago, and return how many there were."""
    ended = Counter.objects.filter(slot__lt=int(now) / models.F("window_s") - 1)
    return ended.delete()[0]
