"""`manage.py regrade`: grades submitted reads anew under the vocabulary and rules that now hold.

It adds grades and changes none. The work is done by the worker.
"""

from django.core.management.base import BaseCommand, CommandParser

from domain.findings import VOCABULARY_VERSION
from domain.grading import RULES_VERSION
from reads.selectors import reads_to_regrade
from reads.services import ask_regrade


class Command(BaseCommand):
    help = "Asks for a grade of every graded read that has none under the current versions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--inspect", action="store_true", help="ask for nothing, only count")

    def handle(self, *, inspect: bool, **options: object) -> None:
        reads = reads_to_regrade(VOCABULARY_VERSION, RULES_VERSION)
        count = reads.count() if inspect else ask_regrade(reads)
        self.stdout.write(
            f"{count} reads {'lack' if inspect else 'are waiting for'} a grade by vocabulary"
            f" {VOCABULARY_VERSION} and rules {RULES_VERSION}"
        )
