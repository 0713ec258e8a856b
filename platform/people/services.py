"""Making people and their places."""

from django.db import transaction

from people.models import Cohort, Membership, Programme, User


@transaction.atomic
def add_person(*, programme: Programme, email: str, name: str, password: str, role: str) -> User:
    """A user with one role in the programme. Raises ValidationError for bad values."""
    user = User.objects.create_user(email=email, name=name, password=password)
    membership = Membership(user=user, programme=programme, role=role)
    membership.full_clean()
    membership.save()
    return user


@transaction.atomic
def make_cohort(*, programme: Programme, name: str, fellows: list[User]) -> Cohort:
    cohort = Cohort(programme=programme, name=name)
    cohort.full_clean()
    cohort.save()
    cohort.fellows.set(fellows)
    return cohort
