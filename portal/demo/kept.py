"""What the example keeps beside its database, for its owner only: passwords and the client's secret."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection


@dataclass(slots=True)
class Kept:
    """Secrets of one example database: passwords by e-mail address, the service client's credentials."""

    passwords: dict[str, str] = field(default_factory=dict)
    client_id: str = ""
    client_secret: str = ""


def load_kept() -> Kept:
    """Return what was kept for this database; empty for a new one."""
    return Kept(**_read().get(_database(), {}))


def save_kept(kept: Kept) -> None:
    """Keep it for the next start."""
    _write(_read() | {_database(): asdict(kept)})


def forget_kept() -> None:
    """Forget what was kept for this database."""
    everything = _read()
    if everything.pop(_database(), None) is not None:
        _write(everything)


def new_password() -> str:
    """Return a password that is easy to copy and hard to guess."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path`, readable by its owner only, all at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _path() -> Path:
    return Path(settings.VAR_DIR) / "demo.json"


def _read() -> dict[str, Any]:
    return dict(json.loads(_path().read_text(encoding="utf-8"))) if _path().exists() else {}


def _write(everything: dict[str, Any]) -> None:
    write_private(_path(), json.dumps(everything, indent=2) + "\n")


def _database() -> str:
    values = connection.settings_dict
    return f"{connection.vendor}:{values['HOST']}:{values['PORT']}/{values['NAME']}"
