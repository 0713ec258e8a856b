"""`manage.py make_demo_library`: a programme with invented people and phantom studies."""

import os
import shutil
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from cases.importing import import_path
from cases.models import Case
from cases.services import make_case, make_case_set, put_cases
from domain.phantom import PhantomStudy, draw_library
from domain.phantom.dicom import write_study
from domain.phantom.reports import write_report
from domain.processes import process_pool
from people.models import Programme, User
from people.services import add_person, make_cohort
from reads.demo import DEMO_PASSWORD, DEMO_PEOPLE, DEMO_PROGRAMME, OPEN_EVERY, STYLES

SEED = 20


class Command(BaseCommand):
    help = "Makes the demo programme, its people and a library of phantom studies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing if it is there")
        parser.add_argument("--count", type=int, default=24)
        parser.add_argument("--seed", type=int, default=SEED)

    def handle(self, *, if_empty: bool, count: int, seed: int, **options: object) -> None:
        programme, people = make_people()
        have = Case.objects.filter(programme=programme).count()
        if have and if_empty and have >= count:
            return
        started = time.monotonic()
        phantoms = draw_library(seed, count)[have:]
        with tempfile.TemporaryDirectory(prefix="cinerounds-demo-") as folder:
            paths = [Path(folder) / f"{number:03d}" for number in range(have, count)]
            # The import of what is drawn keeps the other cores busy.
            drawing = max(1, (os.cpu_count() or 1) - 1)
            with process_pool(drawing, get_context("forkserver")) as pool:
                # Each in a process that knows the domain alone: Django is not set up there.
                written = pool.map(write_study, phantoms, paths)
                for number, (phantom, path, _) in enumerate(
                    zip(phantoms, paths, written, strict=True), start=have
                ):
                    self._import(programme, people["educator"], phantom, path, number)
                    shutil.rmtree(path)
                    seconds = time.monotonic() - started
                    self.stdout.write(f"demo study {number + 1} of {count} ({seconds:.0f} s)")
                    self.stdout.flush()
        make_first_round(programme)

    def _import(
        self,
        programme: Programme,
        educator: User,
        phantom: PhantomStudy,
        folder: Path,
        number: int,
    ) -> None:
        with transaction.atomic():
            imported = import_path(
                source=folder,
                programme=programme,
                imported_by=educator,
                report_text=write_report(phantom, STYLES[number % len(STYLES)]),
                label=f"Phantom {number + 1:02d}",
            )
            assert imported.report is not None
            make_case(
                study=imported.study,
                report=imported.report,
                title=phantom.title,
                history=phantom.history,
                open=number % OPEN_EVERY == OPEN_EVERY - 1,
                published=True,
            )


@transaction.atomic
def make_first_round(programme: Programme) -> None:
    """A case set of ten unknowns, made once."""
    name = "First round"
    if programme.case_sets.filter(name=name).exists():
        return
    case_set = make_case_set(
        programme=programme, name=name, description="Ten unknowns to start with, normal and not."
    )
    unknown = Case.objects.filter(programme=programme, open=False).order_by("number")[:10]
    put_cases(case_set=case_set, cases=list(unknown))


@transaction.atomic
def make_people() -> tuple[Programme, dict[str, User]]:
    """The demo programme, its cohort and one person a role; what is there already is kept."""
    programme, _ = Programme.objects.get_or_create(name=DEMO_PROGRAMME)
    people = {}
    for role, email, name in DEMO_PEOPLE:
        known = User.objects.filter(email=email).first()
        people[role] = known or add_person(
            programme=programme, email=email, name=name, password=DEMO_PASSWORD, role=role
        )
    if not programme.cohorts.exists():
        make_cohort(programme=programme, name="Autumn intake", fellows=[people["fellow"]])
    return programme, people
