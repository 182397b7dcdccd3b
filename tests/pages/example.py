"""Where the example of these pages is kept: apart from a demo that somebody runs in the same checkout."""

from pathlib import Path
from typing import Final

VAR_DIR: Final = Path(__file__).resolve().parents[2] / "var" / "pages"
EXAMPLE: Final = {"VAR_DIR": str(VAR_DIR), "DATABASE_URL": f"sqlite:///{VAR_DIR / 'site.sqlite3'}"}
