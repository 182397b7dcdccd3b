"""`manage.py backup`: copy the whole database into one file while the site goes on."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.backups import BackupError, suffix, write


class Command(BaseCommand):
    help = "Copy the whole database into one file, for its owner only, and read it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to; a new file in VAR_DIR/backups else")

    def handle(self, *_args: Any, output: Path | None, **_options: Any) -> None:
        target = output or _new_name()
        try:
            write(target)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Backed up to {target} ({target.stat().st_size / 1e6:.1f} MB) and read back.")


def _new_name() -> Path:
    return Path(settings.VAR_DIR) / "backups" / f"counting-house-{timezone.now():%Y%m%dT%H%M%S}Z{suffix()}"
