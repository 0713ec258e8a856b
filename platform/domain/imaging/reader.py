"""From loose files to a Study: headers only, every file accounted for.

A file ends in one of five ways: used, a duplicate of one used, not DICOM (counted), DICOM without
a picture (passed over with a reason), or refused with a reason. Only a set of files from which no
cine study can be made raises InputError.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from domain.errors import InputError
from domain.imaging.assemble import build_stacks
from domain.imaging.grouping import group_planes
from domain.imaging.headers import Outcome, ParsedFile, parse_file
from domain.imaging.study import Contrast, InstanceHeader, SeriesFound, Stack, Study, StudyFacts


def read_study(files: Sequence[tuple[str, Path]]) -> Study:
    """Reads the headers of `files`, each (name shown to people, path), into one Study.

    The result does not depend on the order of `files`.

    Raises InputError when there is no DICOM, nothing usable, more than one patient or study, or
    no cine.
    """
    if not files:
        raise InputError("No files were given; choose the DICOM files of one study.", "no_files")
    with warnings.catch_warnings():
        # Odd values are judged by what they break, not by pydicom's complaints.
        warnings.simplefilter("ignore")
        parsed = [parse_file(name, path) for name, path in sorted(files, key=_file_order)]
    _check_dicom_present(parsed)
    _check_one_patient_and_study(parsed)
    used, duplicates = _without_duplicates(parsed)
    refused = tuple((one.name, one.reason) for one in parsed if one.outcome is Outcome.REFUSED)
    if not used:
        raise InputError(_nothing_usable(parsed), "nothing_usable")
    stacks = build_stacks(group_planes(one for one, _ in used))
    if not any(stack.contrast is Contrast.CINE and _moves(stack) for stack in stacks):
        raise InputError(_no_cine(len(used), refused), "not_cine")
    headers = [header for header, _ in used]
    return Study(
        study_instance_uid=headers[0].study_instance_uid,
        patient_key=headers[0].patient_key,
        series=_series(headers),
        stacks=stacks,
        gaps=tuple(gap for stack in stacks for gap in stack.gaps) + _file_gaps(refused),
        notes=tuple(note for stack in stacks for note in stack.notes),
        refused=refused,
        passed_over=tuple(
            (one.name, one.reason) for one in parsed if one.outcome is Outcome.PASSED_OVER
        ),
        ignored_count=sum(one.outcome is Outcome.NOT_DICOM for one in parsed),
        duplicate_count=duplicates,
        facts=_merge_facts([facts for _, facts in used]),
    )


def _file_order(item: tuple[str, Path]) -> tuple[str, str]:
    return (item[0], str(item[1]))


def _check_dicom_present(parsed: Sequence[ParsedFile]) -> None:
    if all(one.outcome is Outcome.NOT_DICOM for one in parsed):
        count = len(parsed)
        found = "the one file is" if count == 1 else f"all {count} files are"
        raise InputError(
            f"There is no DICOM here: {found} of another kind; choose the folder that holds the "
            "scanner's DICOM files.",
            "no_dicom",
        )


def _check_one_patient_and_study(parsed: Sequence[ParsedFile]) -> None:
    for attribute, word, code in (
        ("patient_key", "patients", "several_patients"),
        ("study_instance_uid", "studies", "several_studies"),
    ):
        first_file: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for one in parsed:
            value = getattr(one, attribute)
            if value:
                first_file.setdefault(value, one.name)
                counts[value] += 1
        if len(first_file) > 1:
            examples = " and ".join(list(first_file.values())[:2])
            sizes = ", ".join(str(counts[value]) for value in first_file)
            raise InputError(
                f"These files come from {len(first_file)} different {word} ({sizes} files; for "
                f"example {examples}); import one study of one patient at a time.",
                code,
            )


def _without_duplicates(
    parsed: Sequence[ParsedFile],
) -> tuple[list[tuple[InstanceHeader, StudyFacts]], int]:
    kept: dict[str, tuple[InstanceHeader, StudyFacts]] = {}
    duplicates = 0
    for one in parsed:
        if one.header is None:
            continue
        if one.header.sop_instance_uid in kept:
            duplicates += 1
        else:
            kept[one.header.sop_instance_uid] = (one.header, one.facts)
    return list(kept.values()), duplicates


def _nothing_usable(parsed: Sequence[ParsedFile]) -> str:
    reasons = Counter(
        one.reason for one in parsed if one.outcome in (Outcome.REFUSED, Outcome.PASSED_OVER)
    )
    reason, _ = max(reasons.items(), key=lambda item: (item[1], item[0]))
    example = next(one.name for one in parsed if one.reason == reason)
    count = sum(reasons.values())
    none = "The one DICOM file" if count == 1 else f"None of the {count} DICOM files"
    verb = "cannot be used" if count == 1 else "can be used"
    return f"{none} {verb}: {example}: {reason}; send the original cine MR images."


def _moves(stack: Stack) -> bool:
    return any(len(one.present) > 1 for one in stack.slices)


def _no_cine(count: int, refused: Sequence[tuple[str, str]]) -> str:
    images = "its one image shows" if count == 1 else f"each of its {count} images shows"
    left_out = f" ({len(refused)} more could not be used: {refused[0][1]})" if refused else ""
    return (
        f"This is not a cine study: {images} a plane at a single phase of the cardiac "
        f"cycle{left_out}; send the cine series."
    )


def _file_gaps(refused: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """One sentence a reason. Without file names: gaps are shown to readers, names may identify."""
    reasons = Counter(reason for _, reason in refused)
    return tuple(
        f"{_count(number, 'file')} could not be used: {reason}."
        for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    )


def _series(headers: Sequence[InstanceHeader]) -> tuple[SeriesFound, ...]:
    counts = Counter(header.series_instance_uid for header in headers)
    numbers = {header.series_instance_uid: header.series_number for header in headers}
    return tuple(
        SeriesFound(uid, numbers[uid], counts[uid])
        for uid in sorted(counts, key=lambda uid: (numbers[uid] or 0, uid))
    )


def _merge_facts(facts: Sequence[StudyFacts]) -> StudyFacts:
    """The most frequent stated value of each fact."""

    def usual(name: str) -> object:
        stated = Counter(value for one in facts if (value := getattr(one, name)) not in ("", None))
        best = max(stated.items(), key=lambda item: (item[1], str(item[0])), default=None)
        return best[0] if best else getattr(StudyFacts(), name)

    merged = {name: usual(name) for name in StudyFacts.__dataclass_fields__}
    return StudyFacts(**merged)  # type: ignore[arg-type]  # each value keeps its field's type


def summarise(study: Study) -> list[str]:
    """What was found, one sentence a line: stacks, what is missing, what was left out.

    Holds no file names, which may identify; `study.refused` has those.
    """
    images = sum(one.image_count for one in study.series)
    lines = [f"{_count(len(study.series), 'series', 'series')}, {_count(images, 'image')}."]
    lines += [_stack_line(stack) for stack in study.stacks]
    lines += [*study.gaps, *study.notes]
    if study.duplicate_count:
        verb = "was" if study.duplicate_count == 1 else "were"
        lines.append(f"{_count(study.duplicate_count, 'image')} came twice and {verb} taken once.")
    if study.passed_over:
        lines.append(
            f"{_count(len(study.passed_over), 'DICOM file')} without a picture passed over: "
            f"{study.passed_over[0][1]}."
        )
    if study.ignored_count:
        verb = "is" if study.ignored_count == 1 else "are"
        lines.append(f"{_count(study.ignored_count, 'file')} {verb} not DICOM and left out.")
    return lines


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _stack_line(stack: Stack) -> str:
    size = f"{_count(len(stack.slices), 'slice')} × {_count(stack.phase_count, 'phase')}"
    parts = [size]
    if stack.slice_spacing_mm is not None:
        parts.append(f"{stack.slice_spacing_mm:.1f} mm between slices")
    parts.append(f"pixels {stack.pixel_spacing_mm[0]:.2f} × {stack.pixel_spacing_mm[1]:.2f} mm")
    intervals = [one.rr_ms for one in stack.slices if one.rr_ms is not None]
    if not intervals:
        if stack.contrast is Contrast.CINE:
            parts.append("RR interval not stated")
    elif max(intervals) - min(intervals) < 1:
        parts.append(f"RR {stack.rr_ms:.0f} ms")
    else:
        parts.append(f"RR {min(intervals):.0f} to {max(intervals):.0f} ms")
    return f"{stack.label}: {', '.join(parts)}."
