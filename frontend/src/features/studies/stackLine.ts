import type { StudySummary } from "../../api/types";
import { shortViews } from "../../viewer/hanging";

/** "SAX 6 × 25", "SAX LGE 9 × 1": slices × phases; cine goes without saying. */
export function stackLine(stack: StudySummary["stacks"][number]): string {
  const contrast = { cine: "", lge: " LGE", other: " (other contrast)" }[stack.contrast];
  return `${shortViews([stack.view])[0]}${contrast} ${stack.slice_count} × ${stack.phase_count}`;
}
