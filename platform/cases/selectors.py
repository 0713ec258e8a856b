"""Looking at studies and cases: who may see which, and the one door to each."""

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from cases.models import Case, CaseSet, Instance, Report, Series, Stack, Study, Upload
from common.errors import NotFound
from people.models import User
from people.selectors import EDITS, TEACHES, programmes_where


def cases_seen_by(user: User) -> QuerySet[Case]:
    """Published cases of the user's programmes; unpublished ones too for those who teach there."""
    return (
        Case.objects.filter(
            Q(programme__in=programmes_where(user), published=True)
            | Q(programme__in=programmes_where(user, *TEACHES))
        )
        .select_related("study", "programme")
        .prefetch_related(Prefetch("study__stacks", queryset=Stack.objects.order_by("order")))
        .order_by("number")
    )


def access_case(user: User, case_id: object) -> Case:
    """The one door to a case. Raises NotFound where absent or not open to the user."""
    case = cases_seen_by(user).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    return case


def teaches_case(user: User, case: Case) -> bool:
    """Whether the user may see the answer without having read the case."""
    return programmes_where(user, *TEACHES).filter(pk=case.programme_id).exists()


def studies_edited_by(user: User) -> QuerySet[Study]:
    return (
        Study.objects.filter(programme__in=programmes_where(user, *EDITS))
        .prefetch_related("stacks", "reports", "cases")
        .order_by("-imported_at", "label")
    )


def access_study_to_edit(user: User, study_id: object) -> Study:
    """The one door to a study for educators. Raises NotFound where absent or not theirs."""
    study = studies_edited_by(user).filter(pk=study_id).first()
    if study is None:
        raise NotFound
    return study


def access_study_images(user: User, study_instance_uid: str) -> Study:
    """The door to a study's images: a case the user sees, or a study the user may edit.

    Raises NotFound otherwise. The same rule serves the API and DICOMweb.
    """
    visible = cases_seen_by(user).filter(study=OuterRef("pk")).values("pk")
    study = (
        Study.objects.filter(study_instance_uid=study_instance_uid)
        .filter(Q(Exists(visible)) | Q(programme__in=programmes_where(user, *EDITS)))
        .first()
    )
    if study is None:
        raise NotFound
    return study


def instances_of(study: Study, series_instance_uid: str | None = None) -> QuerySet[Instance]:
    """The instances of a study, or of one of its series. Raises NotFound for a series it lacks."""
    instances = Instance.objects.filter(series__study=study).select_related("series")
    if series_instance_uid is not None:
        if not Series.objects.filter(
            study=study, series_instance_uid=series_instance_uid
        ).exists():
            raise NotFound
        instances = instances.filter(series__series_instance_uid=series_instance_uid)
    return instances.order_by("pk")


def count_images(study: Study) -> int:
    return Instance.objects.filter(series__study=study).count()


def case_sets_seen_by(user: User) -> QuerySet[CaseSet]:
    return (
        CaseSet.objects.filter(programme__in=programmes_where(user))
        .annotate(case_count=Count("items"))
        .prefetch_related("items__case")
    )


def access_case_set(user: User, case_set_id: object, *, to_edit: bool = False) -> CaseSet:
    """The one door to a case set. Raises NotFound where absent or not open to the user."""
    case_sets = case_sets_seen_by(user)
    if to_edit:
        case_sets = case_sets.filter(programme__in=programmes_where(user, *EDITS))
    case_set = case_sets.filter(pk=case_set_id).first()
    if case_set is None:
        raise NotFound
    return case_set


def uploads_seen_by(user: User) -> QuerySet[Upload]:
    return Upload.objects.filter(programme__in=programmes_where(user, *EDITS))


def access_upload(user: User, upload_id: object) -> Upload:
    upload = uploads_seen_by(user).filter(pk=upload_id).first()
    if upload is None:
        raise NotFound
    return upload


def access_report(user: User, report_id: object, study: Study) -> Report:
    """A report of a study that the user may edit. Raises NotFound where it is not of the study."""
    report = Report.objects.filter(pk=report_id, study=study).first()
    if report is None:
        raise NotFound
    return report
