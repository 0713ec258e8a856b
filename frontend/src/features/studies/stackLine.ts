import type { StudySummary } from "../../api/types";
import { CONTRAST_NAMES, VIEW_NAMES } from "../../viewer/hanging";

/** "Short axis cine 6 × 25": slices × phases, as the import reports them. */
export function stackLine(stack: StudySummary["stacks"][number]): string {
  const name = `${VIEW_NAMES[stack.view]} ${CONTRAST_NAMES[stack.contrast]}`;
  return `${name} ${stack.slice_count} × ${stack.phase_count}`;
}
