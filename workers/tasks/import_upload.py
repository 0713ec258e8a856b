"""Imports what was uploaded in the browser."""

from cases.importing import import_upload as import_one
from common.queue import IMPORT_UPLOAD
from workers.drain import drains


@drains(IMPORT_UPLOAD, in_one_transaction=False)
def import_upload(upload_id: str) -> None:
    import_one(upload_id=upload_id)
