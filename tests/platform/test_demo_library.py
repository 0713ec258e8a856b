"""The demo library as the launcher makes it: in a process of its own, on real services."""

from io import StringIO

import pytest
from django.core.management import call_command

from cases.models import Case, CaseSet
from people.models import User
from reads.models import Read

pytestmark = pytest.mark.django_db(transaction=True)


def make(count: int) -> str:
    out = StringIO()
    call_command("make_demo_library", "--if-empty", "--count", str(count), stdout=out)
    return out.getvalue()


def test_studies_are_drawn_imported_and_offered_and_a_second_start_adds_what_is_missing():
    assert "demo study 1 of 1" in make(1)
    assert {user.email.split("@")[0] for user in User.objects.all()} >= {"fellow", "educator"}
    case = Case.objects.get()
    assert case.published and case.history
    assert {stack.view for stack in case.study.stacks.all()} >= {"sax", "lax4", "lax2", "lax3"}
    assert case.report.claims["measures"]["lvef"]["value"] > 0
    assert CaseSet.objects.get().name == "First round"

    said = make(2)
    assert "demo study 2 of 2" in said and "demo study 1 of" not in said
    assert Case.objects.count() == 2
    assert CaseSet.objects.count() == 1
    assert make(2) == ""
    assert not Read.objects.exists()
