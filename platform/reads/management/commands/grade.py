"""`manage.py grade --report FILE --read FILE`: one text against another. Needs no database."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from domain.errors import InputError
from domain.findings import parse
from domain.grading import grade
from reads.text_lines import json_lines, person_of, text_of


class Command(BaseCommand):
    help = "Prints the grade of a read against a report as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--report", type=Path, help="the expert's report")
        parser.add_argument("--read", type=Path, help="the read to be graded")
        parser.add_argument(
            "--jsonl",
            action="store_true",
            help='one {"report": …, "read": …} a line of standard input, "sex" and "bsa" optional,'
            " one answer a line",
        )
        parser.add_argument("--sex", default="", help="M or F: whose volumes and mass are meant")
        parser.add_argument("--bsa", type=float, help="body surface area in m²")

    def handle(
        self,
        *,
        report: Path | None,
        read: Path | None,
        jsonl: bool,
        sex: str,
        bsa: float | None,
        **options: object,
    ) -> None:
        try:
            given = {"sex": sex, "bsa": bsa}
            if jsonl:
                for entry in json_lines(sys.stdin, ("report", "read")):
                    self.stdout.write(json.dumps(_graded(given | entry)))
                return
            if report is None or read is None:
                raise CommandError("Name both texts: --report FILE and --read FILE.")
            texts = {"report": text_of(report), "read": text_of(read)}
            self.stdout.write(json.dumps(_graded(given | texts), indent=2))
        except InputError as error:
            raise CommandError(error.sentence) from error


def _graded(entry: Mapping[str, Any]) -> dict[str, object]:
    whom = person_of(entry)
    return grade(parse(entry["report"], whom), parse(entry["read"], whom)).to_json()
