"""`manage.py embed_library`: embeds what the image model has not embedded, and shows how far it is.

The work is done by the model worker; stopping this command stops nothing.
"""

import time

from django.core.management.base import BaseCommand, CommandError, CommandParser

from similar.models import ModelVersion
from similar.selectors import VersionProgress, version_progress, wanted_version
from similar.services import ask_library, forget_retired, serve_if_complete

PRINT_SECONDS = 2.0


class Command(BaseCommand):
    help = "Asks for every embedding that the library lacks and prints the progress."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--inspect", action="store_true", help="ask for nothing, only print")
        parser.add_argument(
            "--no-wait", action="store_true", help="ask and stop without following the progress"
        )
        parser.add_argument(
            "--forget-retired",
            action="store_true",
            help="remove retired versions and their vectors first",
        )

    def handle(
        self, *, inspect: bool, no_wait: bool, forget_retired: bool, **options: object
    ) -> None:
        if forget_retired:
            self._forget()
        version = wanted_version()
        if version is None:
            raise CommandError(
                "No worker has named a trained image model. Set CINEROUNDS_CHECKPOINT to its folder"
                " and start the model worker; its log says what is wrong with a checkpoint."
            )
        if inspect:
            for one in ModelVersion.objects.order_by("created_at"):
                self._print(version_progress(one))
            return
        ask_library(version=version, given_up_too=True)
        progress = version_progress(version)
        self._print(progress)
        while progress.pending and not no_wait:
            time.sleep(PRINT_SECONDS)
            former, progress = progress, version_progress(version)
            if progress != former:
                self._print(progress)
        serve_if_complete(version=version)

    def _forget(self) -> None:
        self.stdout.write(f"{forget_retired()} retired versions removed")

    def _print(self, progress: VersionProgress) -> None:
        total = progress.embedded + progress.pending + progress.given_up
        self.stdout.write(
            f"{progress.version}: {progress.embedded} of {total} studies embedded, "
            f"{progress.pending} to go, {progress.given_up} given up"
        )
        self.stdout.flush()
