"""The planner: (state, requests) -> (rows, answers). Pure: no database, no clock, no randomness of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ledger.errors import LedgerError
from ledger.posting import commands, job_commands, pool_commands
from ledger.posting.draws import expire_due
from ledger.posting.moves import Journal
from ledger.posting.requests import Answer, Posted, Request, Result, caller_of
from ledger.posting.state import JobState, State
from ledger.posting.views import view_of

_HANDLERS: Final[dict[type, Callable[..., JobState | Posted]]] = {
    commands.Grant: pool_commands.grant,
    commands.Deduct: pool_commands.deduct,
    commands.Allocate: pool_commands.allocate,
    commands.TakeBack: pool_commands.take_back,
    commands.ExpireDue: pool_commands.expire,
    commands.Refused: pool_commands.refuse,
    commands.StartJob: job_commands.start,
    commands.ReportResults: job_commands.report_results,
    commands.CompleteJob: job_commands.complete,
    commands.FailJob: job_commands.fail,
    commands.CancelJob: job_commands.cancel,
    commands.RefundJob: job_commands.refund,
    commands.TimeOutJob: job_commands.time_out,
}


@dataclass(slots=True)
class Plan:
    """What a batch adds to the journal, and what it answers. The journal's state says what else changed."""

    journal: Journal
    answers: list[Answer]


def plan(state: State, requests: Sequence[Request], *, now: datetime, new_id: Callable[[], UUID]) -> Plan:
    """Decide every request in order on the state that those before it left.

    Business time never goes back: it is the latest of `now` (or the request's own `at`) and the contract's last entry,
    so that a clock that jumps back cannot revive an expired lot.
    """
    result = Plan(Journal(state, new_id), [])
    for request in requests:
        at = request.at or now
        last_at = result.journal.state.book.last_at
        at = max(at, last_at) if last_at else at
        result.answers.append(_decide(result, request, at))
    return result


def _decide(result: Plan, request: Request, at: datetime) -> Answer:
    if not request.all_or_nothing:
        return Answer(tuple(_try(result.journal, command, request, at) for command in request.commands), whole=False)
    if len(request.commands) == 1:
        (command,) = request.commands
        return Answer((_try(result.journal, command, request, at),), kept=not isinstance(command, commands.Refused))
    return _decide_whole(result, request, at)


def _decide_whole(result: Plan, request: Request, at: datetime) -> Answer:
    """Run all commands, or go back to the state before the first and name the one that was refused."""
    journal = result.journal
    before, sizes = journal.state.copy(), (len(journal.transactions), len(journal.entries))
    results: list[Result] = []
    for index, command in enumerate(request.commands):
        outcome = _try(journal, command, request, at)
        if isinstance(outcome, LedgerError):
            outcome.extra["index"] = index
            journal.state = before
            del journal.transactions[sizes[0] :], journal.entries[sizes[1] :]
            return Answer((outcome,), kept=not isinstance(command, commands.Refused))
        results.append(outcome)
    return Answer(tuple(results))


def _try(journal: Journal, command: commands.Command, request: Request, at: datetime) -> Result:
    """Expire what is due, then do the command or return its refusal. A refused command has changed nothing else."""
    caller = caller_of(request)
    if not isinstance(command, (commands.ExpireDue, commands.Refused)):
        expire_due(journal, at=at, caller=caller)
    handler: Callable[..., Any] = _HANDLERS[type(command)]
    try:
        outcome: JobState | Posted = handler(journal, command, at=at, caller=caller)
    except LedgerError as refusal:
        return refusal
    return view_of(outcome) if isinstance(outcome, JobState) else outcome
