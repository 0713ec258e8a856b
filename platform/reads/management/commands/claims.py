"""`manage.py claims < text`: what the grammar reads in a text. Needs no database and no broker."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from domain.errors import InputError
from domain.findings import parse
from reads.text_lines import json_lines


class Command(BaseCommand):
    help = "Prints the claims, measures and unparsed spans of standard input as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--jsonl", action="store_true", help='one {"text": …} a line, one answer a line'
        )

    def handle(self, *, jsonl: bool, **options: object) -> None:
        try:
            texts = (
                [entry["text"] for entry in json_lines(sys.stdin, ("text",))]
                if jsonl
                else [sys.stdin.read()]
            )
            for text in texts:
                parsed = parse(text).to_json()
                self.stdout.write(json.dumps(parsed, indent=None if jsonl else 2))
        except InputError as error:
            raise CommandError(error.sentence) from error
