"""Everything the worker does, one line each, in the order in which it is done."""

from datetime import time
from typing import Final

from ledger.expiry import expire_lots, sweep_holds
from ledger.gifts import issue_due_gifts
from ledger.order_states import expire_orders
from portal import invitation_mails, proof, sign_ins
from portal.exports import queue, schedules, work
from portal.notifications import outbox, scan, tokens
from portal.tasks.task import Companion, Daily, Every, Task
from reporting.rollups import fold

TASKS: Final[tuple[Task, ...]] = (
    Task("sweep_holds", Every(60), sweep_holds),
    Task("expire_lots", Every(60), expire_lots),
    Task("expire_orders", Every(300), expire_orders),
    Task("issue_due_gifts", Every(60), issue_due_gifts),
    Task("fold_usage", Every(60), fold),
    Task("seal_journal", Every(60), proof.seal_journal),
    Task("sign_daily_root", Every(300), proof.sign_daily_root),
    Task("verify_new", Every(300), proof.verify_new),
    Task("verify_everything", Daily(time(2, 30)), proof.verify_everything),
    Task("start_scheduled_exports", Every(60), schedules.start_due),
    Task("repair_exports", Every(60), queue.repair),
    Task("delete_old_exports", Every(3600), work.delete_old_files),
    Task("forget_sign_ins", Every(3600), sign_ins.forget_old),
    Task("collect_notices", Every(30), scan.collect),
    Task("watch_tokens", Every(600), tokens.collect),
    Task("send_mails", Every(15), outbox.deliver),
    Task("send_invitations", Every(30), invitation_mails.send_waiting),
)
COMPANIONS: Final[tuple[Companion, ...]] = (Companion("exports", queue.run_queue, queue.drain),)
