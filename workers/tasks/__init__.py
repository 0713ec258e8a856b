"""Every task, one short file each; importing this package registers them all."""

from workers.tasks import (
    embed_report,
    embed_study,
    grade_read,
    import_upload,
    prepare_clip,
    sweep,
)

__all__ = [
    "embed_report",
    "embed_study",
    "grade_read",
    "import_upload",
    "prepare_clip",
    "sweep",
]
