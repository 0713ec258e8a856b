import type { Stack } from "../api/types";

/** A stack for tests: `missing` lists [slice, phase] places without an image. */
export function sampleStack(change: Partial<Stack> = {}, missing: [number, number][] = []): Stack {
  const sliceCount = change.slice_count ?? 3;
  const phaseCount = change.phase_count ?? 5;
  return {
    id: "stack",
    view: "sax",
    contrast: "cine",
    suggested_view: "sax",
    suggested_contrast: "cine",
    reason: "",
    confidence: 1,
    label: "",
    slice_count: sliceCount,
    phase_count: phaseCount,
    slice_spacing_mm: 10,
    pixel_spacing_mm: [1, 1],
    rows: 4,
    columns: 4,
    rr_ms: 800,
    frame_times_ms: null,
    complete: missing.length === 0,
    slices: Array.from({ length: sliceCount }, (_, slice) => ({
      index: slice,
      series_instance_uid: `1.2.${slice}`,
      image_position: [0, 0, slice * 10],
      image_orientation: [1, 0, 0, 0, 1, 0],
      rr_ms: 800,
      phases: Array.from({ length: phaseCount }, (_, phase) =>
        missing.some(([s, p]) => s === slice && p === phase)
          ? null
          : {
              sop_instance_uid: `1.2.${slice}.${phase}`,
              frame_number: 1,
              trigger_time_ms: phase * 160,
            },
      ),
    })),
    ...change,
  } as Stack;
}
