"""`manage.py import_jobs FILE`: brings the job log of a computing centre in, for trials with real usage."""

import json
import re
import sys
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm  # type: ignore[import-untyped]

from ledger.amounts import parse_milli
from ledger.errors import InvalidAmount
from ledger.imports import sacct, swf
from ledger.imports.books import LotTerms, Terms
from ledger.imports.charges import Tariff, parse_flat_rate, read_rate_card
from ledger.imports.errors import ImportRefused
from ledger.imports.grouping import SERVICE_CHOICES, Grouping, parse_grouping
from ledger.imports.jobs import JobLog
from ledger.imports.logfile import checked_name, log_name
from ledger.imports.run import Progress, import_log
from ledger.imports.summary import Document

_DAYS: Final = re.compile(r"([0-9]{1,5})d", re.ASCII)


class Command(BaseCommand):
    """Reads the options, shows the progress and the summary."""

    help = "Import a job log: Standard Workload Format 2.2, or what Slurm's sacct --parsable2 prints."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options. docs/import.md describes them."""
        add = parser.add_argument
        add("file", type=Path, help="the log, plain or gzip")
        add("--format", choices=("swf", "sacct"), default="swf")
        add("--log", help="the log's name in keys and numbers (default: the file's name without extensions)")
        add("--epoch", type=int, help="swf: UnixStartTime, when the header lacks it")
        add(
            "--timezone",
            default="UTC",
            help="sacct: the time zone of the log's local times, such as Europe/Paris",
        )
        add(
            "--contract-by",
            default="group",
            metavar="group|user-mod-N",
            help="who shares a contract and its pool",
        )
        add("--service-by", choices=SERVICE_CHOICES, default="partition")
        add("--rate", metavar="AMOUNT", help="tokens per job, whatever it used")
        add(
            "--rate-card",
            type=Path,
            metavar="FILE",
            help="CSV: service number, name, tokens per processor-hour",
        )
        add(
            "--first-result-after",
            type=int,
            default=0,
            metavar="SECONDS",
            help="a cancel before that is early",
        )
        add(
            "--lot",
            action="append",
            default=[],
            metavar="AMOUNT[:DAYSd]",
            help="repeatable: granted to each contract at the first submit; without, funds never run out",
        )
        add("--refund-grace", metavar="DAYSd", help="how long tokens given back to an expired lot stay usable")
        add("--summary", type=Path, metavar="FILE.json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, show and save the summary."""
        target: Path | None = options["summary"]
        if target and not target.parent.is_dir():
            raise CommandError(f"There is no folder {target.parent} to write the summary to.")
        try:
            tariff = _tariff(options["rate"], options["rate_card"])
            terms = Terms(
                log=checked_name(options["log"] or log_name(options["file"])),
                tariff=tariff,
                names=_names(options),
                lots=tuple(_lot(text) for text in options["lot"]),
                grace_days=_days("--refund-grace", options["refund_grace"]) if options["refund_grace"] else None,
            )
            with tqdm(unit=" events", disable=None, file=sys.stderr) as bar:
                document = import_log(_log(options, tariff), terms, Progress(bar.reset, bar.update))
        except ImportRefused as error:
            raise CommandError(str(error)) from error
        if target:
            _write(target, document)
        self.stdout.write(_sentence(document))


def _tariff(rate: str | None, card: Path | None) -> Tariff:
    if (rate is None) == (card is None):
        raise ImportRefused("Give one price: --rate AMOUNT for a flat one per job, or --rate-card FILE.")
    return read_rate_card(card) if card else parse_flat_rate(rate or "")


def _log(options: dict[str, Any], tariff: Tariff) -> JobLog:
    path: Path = options["file"]
    grouping = parse_grouping(options["contract_by"], options["service_by"])
    if options["first_result_after"] < 0:
        raise ImportRefused("--first-result-after is a number of seconds, 0 or more.")
    if options["format"] == "swf":
        epoch_s = swf.epoch_of(path, options["epoch"])
        if options["epoch"] not in (None, epoch_s):
            sys.stderr.write(f"The log's header says UnixStartTime {epoch_s}: --epoch is left aside.\n")
        read = partial(swf.read, path, epoch_s=epoch_s)
    else:
        read = partial(sacct.read, path, needs=_needs(grouping), zone=_zone(options["timezone"]))
    return JobLog(read, grouping, tariff, options["first_result_after"])


def _needs(grouping: Grouping) -> tuple[str, ...]:
    return (grouping.service_by,) if grouping.modulus else ("group", grouping.service_by)


def _names(options: dict[str, Any]) -> dict[str, str]:
    if options["format"] != "swf":
        return {}
    return {key: name for (kind, key), name in swf.names(options["file"]).items() if kind == options["service_by"]}


def _lot(text: str) -> LotTerms:
    amount, _, days = text.partition(":")
    try:
        amount_mt = parse_milli(amount)
    except InvalidAmount as error:
        raise ImportRefused(f"--lot {text!r} is not AMOUNT or AMOUNT:DAYSd: {error.detail}") from error
    lot = LotTerms(amount_mt, _days("--lot", days) if days else None)
    if lot.amount_mt == 0 or lot.days == 0:
        raise ImportRefused(f"--lot {text} grants nothing that can be used.")
    return lot


def _days(option: str, text: str) -> int:
    found = _DAYS.fullmatch(text)
    if found is None:
        raise ImportRefused(f"{option}: {text!r} is not a number of days such as 30d.")
    return int(found[1])


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImportRefused(f"--timezone {name!r} is not known: give a name such as Europe/Paris.") from error


def _write(target: Path, document: Document) -> None:
    try:
        target.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The import is done, but its summary cannot be written: {error}.") from error


def _sentence(document: Document) -> str:
    quarantined = document["outcomes"]["quarantined"]["jobs"]
    return (
        f"{document['accepted']} jobs accepted, {document['refused']} refused, "
        f"{quarantined} lines in quarantine; {document['net']} tokens kept; {document['seconds']} seconds."
    )
