"""`manage.py demo_sign_ins`: who can sign in to the demo programme."""

from django.core.management.base import BaseCommand

from people.models import User
from reads.demo import DEMO_PASSWORD, DEMO_PEOPLE


class Command(BaseCommand):
    help = "Prints the demo sign-ins, if the demo programme has been made."

    def handle(self, **options: object) -> None:
        known = set(User.objects.values_list("email", flat=True))
        for role, email, _ in DEMO_PEOPLE:
            if email in known:
                self.stdout.write(f"  {role:<9} {email:<24} password: {DEMO_PASSWORD}")
