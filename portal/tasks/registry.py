"""Everything the worker does, one line each, in the order in which it is done."""

from typing import Final

from ledger.expiry import expire_lots, sweep_holds
from ledger.gifts import issue_due_gifts
from portal.tasks.task import Companion, Every, Task
from reporting.rollups import fold

TASKS: Final[tuple[Task, ...]] = (
    Task("sweep_holds", Every(60), sweep_holds),
    Task("expire_lots", Every(60), expire_lots),
    Task("issue_due_gifts", Every(60), issue_due_gifts),
    Task("fold_usage", Every(60), fold),
)
COMPANIONS: Final[tuple[Companion, ...]] = ()
