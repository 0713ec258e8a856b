"""A stack as the viewer reads it: slices x phases with their mapped UIDs."""

from collections.abc import Callable
from typing import Any

from domain.imaging import InstanceHeader, Stack


def stack_geometry(stack: Stack, map_uid: Callable[[str], str]) -> dict[str, Any]:
    """The JSON of one stack; every UID goes through `map_uid`, and nothing else identifies."""
    return {
        "slice_count": len(stack.slices),
        "phase_count": stack.phase_count,
        "slice_spacing_mm": stack.slice_spacing_mm,
        "pixel_spacing_mm": list(stack.pixel_spacing_mm),
        "rows": stack.rows,
        "columns": stack.columns,
        "rr_ms": stack.rr_ms,
        "frame_times_ms": None if stack.frame_times_ms is None else list(stack.frame_times_ms),
        "complete": stack.complete,
        "gaps": list(stack.gaps),
        "slices": [
            {
                "index": one.index,
                "series_instance_uid": map_uid(one.series_instance_uid),
                "image_position": list(one.image_position),
                "image_orientation": list(one.image_orientation),
                "rr_ms": one.rr_ms,
                "phases": [_phase(header, map_uid) for header in one.phases],
            }
            for one in stack.slices
        ],
    }


def _phase(header: InstanceHeader | None, map_uid: Callable[[str], str]) -> dict[str, Any] | None:
    if header is None:
        return None
    return {
        "sop_instance_uid": map_uid(header.sop_instance_uid),
        "frame_number": 1,
        "trigger_time_ms": header.trigger_time_ms,
    }
