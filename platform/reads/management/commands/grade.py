"""`manage.py grade --report FILE --read FILE`: one text against another. Needs no database."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from domain.errors import InputError
from domain.findings import parse
from domain.grading import grade
from reads.text_lines import json_lines, text_of


class Command(BaseCommand):
    help = "Prints the grade of a read against a report as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--report", type=Path, help="the expert's report")
        parser.add_argument("--read", type=Path, help="the read to be graded")
        parser.add_argument(
            "--jsonl",
            action="store_true",
            help='one {"report": …, "read": …} a line of standard input, one answer a line',
        )

    def handle(
        self, *, report: Path | None, read: Path | None, jsonl: bool, **options: object
    ) -> None:
        try:
            if jsonl:
                for entry in json_lines(sys.stdin, ("report", "read")):
                    self.stdout.write(json.dumps(_graded(entry["report"], entry["read"])))
                return
            if report is None or read is None:
                raise CommandError("Name both texts: --report FILE and --read FILE.")
            self.stdout.write(json.dumps(_graded(text_of(report), text_of(read)), indent=2))
        except InputError as error:
            raise CommandError(error.sentence) from error


def _graded(report: str, read: str) -> dict[str, object]:
    return grade(parse(report), parse(read)).to_json()
