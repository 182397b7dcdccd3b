"""What a browser calls itself, in words that people recognise. A guess: browsers say what they like."""

import re
from typing import Final

BROWSERS: Final = (
    ("Edg(?:A|iOS)?/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("Chrome/|CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
LONGEST: Final = 60


def browser_words(user_agent: str) -> str:
    """Return such as "Firefox, Windows"; the beginning of what it says where that is not known."""
    found = [
        next((name for pattern, name in names if re.search(pattern, user_agent)), "") for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or user_agent[:LONGEST]
