"""Throws the example's database away. Refuses to do so to any other."""

from pathlib import Path

from django.db import connection

from ledger.models import Contract
from portal.demo.kept import forget_kept
from portal.demo.people import CONTRACT_A


class NotTheExample(Exception):
    """The database holds contracts, but not the example's."""


def reset_example() -> None:
    """Empty the database and forget its passwords.

    Raises:
        NotTheExample: the database holds somebody's contracts.
    """
    if _holds_other_contracts():
        raise NotTheExample
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{name}{suffix}").unlink(missing_ok=True)
    else:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    forget_kept()


def _holds_other_contracts() -> bool:
    if Contract._meta.db_table not in connection.introspection.table_names():
        return False
    return Contract.objects.exists() and not Contract.objects.filter(number=CONTRACT_A).exists()
