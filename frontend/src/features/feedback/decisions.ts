import type { Override } from "../../api/types";

/** What an educator can decide about a row: the share of its points, and how it is said. */
export const DECISIONS: { value: string; share: number | null; label: string; said: string }[] = [
  { value: "full", share: 1, label: "Counts in full", said: "this counts in full" },
  { value: "half", share: 0.5, label: "Counts by half", said: "this counts by half" },
  { value: "none", share: 0, label: "Does not count", said: "this does not count" },
  { value: "rules", share: null, label: "As the rules have it", said: "the rules’ points stand" },
];

/** An override in words. */
export function decisionSaid(override: Override): string {
  const known = DECISIONS.find((one) => one.share === override.share);
  return known?.said ?? `this counts by ${Math.round((override.share ?? 0) * 100)} %`;
}

/** The address of a row on the feedback page, for the finding it is about. */
export function rowHash(concept: string): string {
  return `#row-of-${concept}`;
}

/** The finding that an address points at, if it points at one. */
export function conceptOf(hash: string): string | null {
  return /^#row-of-([a-z0-9_]+)$/.exec(hash)?.[1] ?? null;
}
