"""Looking at people and what they may do."""

from django.db.models import QuerySet
from rest_framework.request import Request

from common.errors import NotFound
from people.models import Cohort, Membership, Programme, User

TEACHES = ("educator", "director", "admin")
EDITS = ("educator", "admin")


def memberships_of(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user).select_related("programme").order_by("pk")


def programmes_where(user: User, *roles: str) -> QuerySet[Programme]:
    """The programmes in which the user has one of the roles; all of the user's for none named."""
    memberships = Membership.objects.filter(user=user)
    if roles:
        memberships = memberships.filter(role__in=roles)
    return Programme.objects.filter(pk__in=memberships.values("programme"))


def check_has_role(user: User, programme: Programme, *roles: str) -> None:
    """Raises NotFound unless the user has one of the roles in the programme."""
    if not programmes_where(user, *roles).filter(pk=programme.pk).exists():
        raise NotFound


def the_programme(user: User, *roles: str) -> Programme:
    """The programme in which somebody with one of these roles works. Raises NotFound for none."""
    programme = programmes_where(user, *roles).order_by("name").first()
    if programme is None:
        raise NotFound
    return programme


def cohorts_seen_by(user: User) -> QuerySet[Cohort]:
    """A cohort is seen by those who teach in its programme."""
    return (
        Cohort.objects.filter(programme__in=programmes_where(user, *TEACHES))
        .prefetch_related("fellows")
        .order_by("name")
    )


def access_cohort(user: User, cohort_id: object) -> Cohort:
    """The one door to a cohort. Raises NotFound where absent or not open to the user."""
    cohort = cohorts_seen_by(user).filter(pk=cohort_id).first()
    if cohort is None:
        raise NotFound
    return cohort


def signed_in(request: Request) -> User:
    """The user of an authenticated request."""
    assert isinstance(request.user, User)
    return request.user
