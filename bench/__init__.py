"""The benchmark, `make bench`: this ledger beside its neighbours and beside the limits of the same machine.

Standard library only in this file: the neighbours' own environments import it too.
"""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
