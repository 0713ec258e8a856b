"""`manage.py import_study FOLDER --report FILE`: one study from the command line."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.importing import import_path
from domain.errors import InputError
from people.models import Programme


class Command(BaseCommand):
    help = "Imports a folder or .zip of DICOM with its report, and says what was found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, metavar="FOLDER", help="a folder or a .zip")
        parser.add_argument("--report", type=Path, help="a text file with the expert's report")
        parser.add_argument("--programme", help="its name; needed where there are several")
        parser.add_argument("--label", help="how the study is called among educators")

    def handle(
        self,
        *,
        source: Path,
        report: Path | None,
        programme: str | None,
        label: str | None,
        **options: object,
    ) -> None:
        try:
            imported = import_path(
                source=source,
                programme=_programme(programme),
                imported_by=None,
                report_text=_text(report),
                label=label,
            )
        except InputError as error:
            raise CommandError(error.sentence) from error
        for sentence in imported.found:
            self.stdout.write(sentence)
        for name, reason in imported.refused:
            self.stdout.write(self.style.WARNING(f"Refused {name}: {reason}"))
        for sentence in imported.study.gaps:
            self.stdout.write(self.style.WARNING(sentence))
        self.stdout.write(
            self.style.SUCCESS(
                f"Stored as “{imported.study.label}”"
                + (" with its report." if imported.report else "; no report was given.")
            )
        )


def _programme(name: str | None) -> Programme:
    programmes = Programme.objects.filter(name=name) if name else Programme.objects.all()
    found = list(programmes[:2])
    if len(found) == 1:
        return found[0]
    known = ", ".join(Programme.objects.values_list("name", flat=True)) or "none yet"
    raise CommandError(f"Name one programme with --programme (there are: {known}).")


def _text(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The report {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        sentence = f"The report {path} is not UTF-8 text. Save it as plain text."
        raise CommandError(sentence) from error
