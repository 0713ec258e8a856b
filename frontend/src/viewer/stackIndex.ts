import type { Slice, Stack, StudyDetail } from "../api/types";

/** Where an image sits in its stack. */
export interface Place {
  slice: number;
  phase: number;
}

/** The DICOMweb root of a study, whether the API gives the root or the study's own address. */
export function dicomwebRoot(study: Pick<StudyDetail, "dicomweb_url">): string {
  return study.dicomweb_url.replace(/\/studies\/.*$/, "").replace(/\/$/, "") || "/dicomweb";
}

/** Cornerstone's image id for one phase of a slice, or null where the data has no such image. */
export function imageIdAt(
  study: Pick<StudyDetail, "study_instance_uid" | "dicomweb_url">,
  stack: Stack,
  place: Place,
): string | null {
  const slice = stack.slices[place.slice];
  const phase = slice?.phases[place.phase];
  if (!slice || !phase) return null;
  const instance = `/studies/${study.study_instance_uid}/series/${slice.series_instance_uid}/instances/${phase.sop_instance_uid}`;
  return `wadors:${dicomwebRoot(study)}${instance}/frames/${phase.frame_number}`;
}

/** All image ids of one slice in phase order; missing phases are left out. */
export function loopImageIds(
  study: Pick<StudyDetail, "study_instance_uid" | "dicomweb_url">,
  stack: Stack,
  slice: number,
): string[] {
  const ids: string[] = [];
  for (let phase = 0; phase < stack.phase_count; phase += 1) {
    const id = imageIdAt(study, stack, { slice, phase });
    if (id) ids.push(id);
  }
  return ids;
}

export function isMissing(stack: Stack, place: Place): boolean {
  return !stack.slices[place.slice]?.phases[place.phase];
}

/** The slice after `by` steps; stops at the ends, because slices do not wrap round. */
export function stepSlice(stack: Stack, slice: number, by: number): number {
  return Math.max(0, Math.min(stack.slice_count - 1, slice + by));
}

/**
 * The next phase in a direction; phases wrap round as the heart does and missing ones are stepped
 * over. Gives the phase itself when the slice has no other image.
 */
export function stepPhase(stack: Stack, place: Place, by: 1 | -1): number {
  const count = stack.phase_count;
  for (let step = 1; step <= count; step += 1) {
    const phase = (((place.phase + by * step) % count) + count) % count;
    if (!isMissing(stack, { slice: place.slice, phase })) return phase;
  }
  return place.phase;
}

/** Images present and images that a complete slices × phases grid would have. */
export function imageCount(stack: Stack): { shown: number; expected: number } {
  let shown = 0;
  for (const slice of stack.slices) shown += slice.phases.filter(Boolean).length;
  return { shown, expected: stack.slice_count * stack.phase_count };
}

function ranges(indices: number[]): string {
  const parts: string[] = [];
  for (let start = 0; start < indices.length; ) {
    let end = start;
    while (indices[end + 1] === (indices[end] as number) + 1) end += 1;
    const from = (indices[start] as number) + 1;
    const to = (indices[end] as number) + 1;
    parts.push(from === to ? `${from}` : `${from}–${to}`);
    start = end + 1;
  }
  return parts.join(", ");
}

function missingPhases(slice: Slice, phaseCount: number): number[] {
  return Array.from({ length: phaseCount }, (_, phase) => phase).filter(
    (phase) => !slice.phases[phase],
  );
}

/** Says what the slice on show lacks, counted from 1, or null when it is whole. */
export function missingSentence(stack: Stack, sliceIndex: number): string | null {
  const slice = stack.slices[sliceIndex];
  if (!slice) return `Slice ${sliceIndex + 1} of ${stack.slice_count} is missing`;
  const missing = missingPhases(slice, stack.phase_count);
  if (missing.length === 0) return null;
  if (missing.length === stack.phase_count) {
    return `No image of slice ${sliceIndex + 1} of ${stack.slice_count}`;
  }
  const noun = missing.length === 1 ? "Phase" : "Phases";
  const verb = missing.length === 1 ? "is" : "are";
  return `${noun} ${ranges(missing)} of ${stack.phase_count} ${verb} missing`;
}
