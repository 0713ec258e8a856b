"""`manage.py claims < text`: what the grammar reads in a text. Needs no database and no broker."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from domain.errors import InputError
from domain.findings import parse
from reads.text_lines import json_lines, person_of


class Command(BaseCommand):
    help = "Prints the claims, measures and unparsed spans of standard input as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--jsonl",
            action="store_true",
            help='one {"text": …} a line, "sex" and "bsa" optional, one answer a line',
        )
        parser.add_argument("--sex", default="", help="M or F: whose volumes and mass are meant")
        parser.add_argument("--bsa", type=float, help="body surface area in m²")

    def handle(
        self, *, jsonl: bool, sex: str, bsa: float | None, **options: object
    ) -> None:
        try:
            given = {"sex": sex, "bsa": bsa}
            entries = (
                json_lines(sys.stdin, ("text",)) if jsonl else [{"text": sys.stdin.read()}]
            )
            for entry in entries:
                parsed = parse(entry["text"], person_of(given | entry)).to_json()
                self.stdout.write(json.dumps(parsed, indent=None if jsonl else 2))
        except InputError as error:
            raise CommandError(error.sentence) from error
