"""A folder of DICOM -> one stored, de-identified study. Nothing identified is ever stored.

The order matters: every file is parsed, de-identified and transcoded first, the frames are written
under a key of our own, and only then one transaction makes the study, its report and its work
visible. Whatever fails before leaves neither rows nor files.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

import domain.imaging as imaging
from cases.geometry import stack_geometry
from cases.importers.archive import files_under, unpack
from cases.models import Instance, Report, Series, Stack, Study, Upload
from cases.services import add_report, check_report_text
from common import storage
from common.queue import IMPORT_UPLOAD, PREPARE_CLIP, ask
from domain.body import body_surface_area
from domain.errors import InputError
from domain.imaging import Deidentifier, PreparedInstance, read_study, summarise
from domain.imaging.transcode import Unusable, prepare_instances
from people.models import Programme, User

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Imported:
    """What came of an import: the study, its report if one was given, what to tell the person."""

    study: Study
    report: Report | None
    found: list[str]
    refused: list[tuple[str, str]]


def no_progress(done: int, total: int) -> None:
    """For callers that show none."""


def deidentifier() -> Deidentifier:
    """The platform's de-identifier. Raises InputError where no key is set."""
    key = settings.DEIDENTIFICATION_KEY
    if len(key) < 32:
        raise InputError(
            "CINEROUNDS_DEIDENTIFICATION_KEY is not set to at least 32 characters. "
            "./run makes one; set it before importing elsewhere."
        )
    return Deidentifier(key.encode())


def import_path(
    *,
    source: Path,
    programme: Programme,
    imported_by: User | None,
    report_text: str | None = None,
    label: str | None = None,
    progress: Progress = no_progress,
) -> Imported:
    """Imports a folder or a .zip. Raises InputError with a sentence; then nothing was stored."""
    if source.is_dir():
        return import_study(
            files=files_under(source),
            programme=programme,
            imported_by=imported_by,
            report_text=report_text,
            label=label,
            progress=progress,
        )
    if not source.is_file():
        raise InputError(f"{source} does not exist. Name a folder or a .zip of DICOM files.")
    work = settings.INCOMING_DIR / f"unpack-{os.getpid()}-{timezone.now().timestamp():.6f}"
    _private_folder(work.parent)
    try:
        return import_study(
            files=unpack(source, work),
            programme=programme,
            imported_by=imported_by,
            report_text=report_text,
            label=label,
            progress=progress,
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def import_study(
    *,
    files: Sequence[tuple[str, Path]],
    programme: Programme,
    imported_by: User | None,
    report_text: str | None = None,
    label: str | None = None,
    progress: Progress = no_progress,
) -> Imported:
    """Reads, de-identifies, transcodes and stores one study. Raises InputError for bad input."""
    if report_text is not None:
        report_text = check_report_text(report_text)
    cleaner = deidentifier()
    read = read_study(files)
    uid = cleaner.uid(read.study_instance_uid)
    _refuse_known(programme, uid)
    read, prepared = _prepare_all(read, files, cleaner, progress)

    study = Study(programme=programme, study_instance_uid=uid, imported_by=imported_by)
    folder = storage.study_key(study.pk)
    try:
        packs = _write_packs(folder, read, prepared)
        with transaction.atomic():
            _describe(study, read, next(iter(prepared.values())).metadata, label)
            study.full_clean()
            study.save()
            for pack in packs:
                _store_series(study, pack)
            _store_stacks(study, read, cleaner)
            report = None
            if report_text is not None:
                report = add_report(study=study, text=report_text, author=imported_by)
            ask(PREPARE_CLIP, study.pk)
    except BaseException as error:
        storage.remove_folder(folder)
        if isinstance(error, IntegrityError):
            # The same study may have come in by another door meanwhile.
            _refuse_known(programme, uid)
        raise
    return Imported(study, report, study.found, list(read.refused))


def _prepare_all(
    read: imaging.Study,
    files: Sequence[tuple[str, Path]],
    cleaner: Deidentifier,
    progress: Progress,
) -> tuple[imaging.Study, dict[Path, PreparedInstance]]:
    """Every instance of the study prepared. A file whose picture cannot be decoded is refused like
    one whose header is bad, and the study is read again without it, so that its gap is stated."""
    prepared: dict[Path, PreparedInstance] = {}
    unusable: dict[Path, tuple[str, str]] = {}
    while waiting := [header for header in read.instances if header.path not in prepared]:
        total = len(prepared) + len(waiting)
        results = prepare_instances([header.path for header in waiting], cleaner)
        for header, result in zip(waiting, results, strict=True):
            if isinstance(result, Unusable):
                unusable[header.path] = (header.name, result.reason)
            else:
                prepared[header.path] = result
                progress(len(prepared), total)
        if any(header.path in unusable for header in waiting):
            read = read_study([(name, path) for name, path in files if path not in unusable])
    return replace(read, refused=(*read.refused, *unusable.values())), prepared


@dataclass(frozen=True)
class _Pack:
    """One series as written: its frames lie at `places` of the storage key."""

    series_instance_uid: str
    key: str
    instances: list[PreparedInstance]
    places: list[tuple[int, int]]


def _write_packs(
    folder: str, read: imaging.Study, prepared: dict[Path, PreparedInstance]
) -> list[_Pack]:
    series: dict[str, list[PreparedInstance]] = defaultdict(list)
    for header in read.instances:
        instance = prepared[header.path]
        series[instance.series_instance_uid].append(instance)
    packs = []
    for number, (uid, instances) in enumerate(series.items()):
        key = f"{folder}/{number:04d}.frames"
        places = storage.write_pack(key, (instance.frame for instance in instances))
        packs.append(_Pack(uid, key, instances, places))
    return packs


def _refuse_known(programme: Programme, uid: str) -> None:
    known = Study.objects.filter(programme=programme, study_instance_uid=uid).first()
    if known is not None:
        raise InputError(
            f"This study is already here as “{known.label}”. Nothing was stored a second time.",
            "duplicate_study",
        )


def _store_series(study: Study, pack: _Pack) -> None:
    series = Series.objects.create(
        study=study, series_instance_uid=pack.series_instance_uid, pack=pack.key
    )
    Instance.objects.bulk_create(
        Instance(
            series=series,
            sop_instance_uid=instance.sop_instance_uid,
            metadata=instance.metadata,
            offset=offset,
            length=length,
            sha256=instance.sha256,
        )
        for instance, (offset, length) in zip(pack.instances, pack.places, strict=True)
    )


def _store_stacks(study: Study, read: imaging.Study, cleaner: Deidentifier) -> None:
    Stack.objects.bulk_create(
        Stack(
            study=study,
            order=order,
            view=stack.view.value,
            contrast=stack.contrast.value,
            suggested_view=stack.view.value,
            suggested_contrast=stack.contrast.value,
            reason=stack.suggestion.reason,
            confidence=stack.suggestion.confidence,
            label=stack.label,
            geometry=stack_geometry(stack, cleaner.uid),
        )
        for order, stack in enumerate(read.stacks)
    )


def _describe(
    study: Study, read: imaging.Study, first: dict[str, object], label: str | None
) -> None:
    """Fills in what the headers say; `first` is the de-identified metadata of one instance."""
    study.imported_at = timezone.now()
    study.label = label or f"Study of {study.imported_at:%Y-%m-%d %H:%M} UTC"
    study.patient_age = str(_value(first, "00101010") or "")
    study.patient_sex = read.facts.patient_sex
    study.body_surface_area_m2 = body_surface_area(
        read.facts.patient_size_m, read.facts.patient_weight_kg
    )
    study.manufacturer = read.facts.manufacturer[:64]
    study.field_strength_tesla = read.facts.field_strength_tesla
    study.gaps = list(read.gaps)
    study.found = summarise(read)
    study.expected_images = read.expected_images


def _value(metadata: dict[str, object], tag: str) -> object:
    """The first value of a DICOM JSON attribute, None where absent."""
    attribute = metadata.get(tag)
    values = attribute.get("Value") if isinstance(attribute, dict) else None
    return values[0] if values else None


# --- uploads -----------------------------------------------------------------------------------


def incoming_folder(upload: Upload) -> Path:
    """Where an upload waits: readable by this user alone, gone when the import ends."""
    return settings.INCOMING_DIR / upload.pk.hex


def _private_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def receive_upload(
    *, user: User, programme: Programme, files: Sequence[object], report_text: str
) -> Upload:
    """Takes what the browser sent into the incoming folder and asks the worker to import it.

    `files` are Django's uploaded files. Raises InputError where there is none or too much.
    """
    if not files:
        raise InputError("No file came with the upload. Choose a DICOM folder or a .zip.")
    if sum(file.size for file in files) > settings.UPLOAD_MAX_BYTES:
        raise InputError("The upload is larger than 4 GiB. Send it in parts.", "too_large")
    if report_text:
        report_text = check_report_text(report_text)
    upload = Upload(
        programme=programme,
        uploaded_by=user,
        created_at=timezone.now(),
        report_text=report_text,
        total=len(files),
    )
    folder = incoming_folder(upload)
    _private_folder(folder.parent)
    folder.mkdir(mode=0o700)
    try:
        names = []
        for number, file in enumerate(files):
            with (folder / f"{number:06d}").open("wb") as target:
                for chunk in file.chunks():
                    target.write(chunk)
            names.append(str(file.name))
        (folder / "names").write_text("\n".join(name.replace("\n", " ") for name in names))
        with transaction.atomic():
            upload.save()
            ask(IMPORT_UPLOAD, upload.pk)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return upload


def import_upload(*, upload_id: object) -> None:
    """Imports a received upload and records the outcome. Doing it again changes nothing."""
    upload = Upload.objects.select_related("programme", "uploaded_by").get(pk=upload_id)
    if upload.state in {"stored", "refused"}:
        return
    upload.state = "running"
    upload.save(update_fields=["state"])
    folder = incoming_folder(upload)
    try:
        imported = _import_received(upload, folder)
    except InputError as error:
        upload.state = "refused"
        upload.sentence = error.sentence
    else:
        upload.state = "stored"
        upload.study = imported.study
        upload.found = imported.found
        upload.sentence = f"Stored as “{imported.study.label}”."
        upload.refused_files = [
            {"name": name, "reason": reason} for name, reason in imported.refused
        ]
    upload.save(update_fields=["state", "sentence", "study", "found", "refused_files"])
    shutil.rmtree(folder, ignore_errors=True)


def _import_received(upload: Upload, folder: Path) -> Imported:
    def progress(done: int, total: int) -> None:
        if done % 25 == 0 or done == total:
            Upload.objects.filter(pk=upload.pk).update(done=done, total=total)

    if not folder.is_dir():
        raise InputError("The uploaded files are gone. Upload the study again.")
    names = (folder / "names").read_text().split("\n")
    files = [(name, folder / f"{number:06d}") for number, name in enumerate(names)]
    if len(files) == 1 and names[0].lower().endswith(".zip"):
        files = unpack(files[0][1], folder / "unpacked")
    return import_study(
        files=files,
        programme=upload.programme,
        imported_by=upload.uploaded_by,
        report_text=upload.report_text or None,
        progress=progress,
    )
