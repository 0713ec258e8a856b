"""Grades submitted reads."""

from common.queue import GRADE_READ
from reads import services
from workers.drain import drains


@drains(GRADE_READ)
def grade_read(read_id: str) -> None:
    services.grade_read(read_id=read_id)
