"""`manage.py operator_link`: the link by which the first operator of a new site makes an account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.first_operator import is_wanted, new_link


class Command(BaseCommand):
    help = "Print the link that makes the first operator, once, within a day. The worker writes it into its log too."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not is_wanted():
            raise CommandError("The site has an operator already, who names others among the users.")
        self.stdout.write(new_link())
