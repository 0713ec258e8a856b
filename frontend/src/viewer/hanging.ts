import type { Stack, View } from "../api/types";

const CINE_ORDER: View[] = ["lax4", "lax3", "lax2", "sax"];
const FILL_ORDER: View[] = ["rv2", "rvot", "other"];

export const VIEW_NAMES: Record<View, string> = {
  sax: "Short axis",
  lax2: "Two-chamber",
  lax3: "Three-chamber",
  lax4: "Four-chamber",
  rv2: "Right heart, two-chamber",
  rvot: "RV outflow tract",
  other: "Other view",
};

const SHORT_NAMES: Record<View, string> = {
  sax: "SAX",
  lax2: "2ch",
  lax3: "3ch",
  lax4: "4ch",
  rv2: "RV 2ch",
  rvot: "RVOT",
  other: "other",
};

/** Views in hanging order under the names of daily use; a code that is new here stays as it is. */
export function shortViews(views: string[]): string[] {
  const order: string[] = [...CINE_ORDER, ...FILL_ORDER];
  const place = (view: string) => (order.includes(view) ? order.indexOf(view) : order.length);
  return [...new Set(views)]
    .sort((a, b) => place(a) - place(b))
    .map((view) => SHORT_NAMES[view as View] ?? view);
}

export const CONTRAST_NAMES: Record<Stack["contrast"], string> = {
  cine: "cine",
  lge: "LGE",
  other: "other contrast",
};

/**
 * The stacks that hang at first, at most four: four-, three-, two-chamber and short-axis cine of
 * those that exist, the free places filled with other cine stacks and then with still images.
 */
export function defaultHanging(stacks: Stack[]): string[] {
  const hung: Stack[] = [];
  const hang = (stack: Stack | undefined) => {
    if (stack && hung.length < 4 && !hung.includes(stack)) hung.push(stack);
  };
  const cine = stacks.filter((stack) => stack.contrast === "cine");
  for (const view of CINE_ORDER) hang(largest(cine.filter((stack) => stack.view === view)));
  for (const view of FILL_ORDER) hang(largest(cine.filter((stack) => stack.view === view)));
  if (hung.length === 0) for (const stack of stacks) hang(stack);
  return hung.map((stack) => stack.id);
}

function largest(stacks: Stack[]): Stack | undefined {
  return [...stacks].sort((a, b) => b.slice_count - a.slice_count)[0];
}

/** The slice to open on: the middle one, where a short-axis stack cuts the ventricle. */
export function openingSlice(stack: Stack): number {
  const middle = Math.floor((stack.slice_count - 1) / 2);
  const nearest = stack.slices
    .filter((slice) => slice.phases.some(Boolean))
    .map((slice) => stack.slices.indexOf(slice))
    .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  return nearest ?? middle;
}

/** A name for a stack that tells two stacks of the same view apart. */
export function stackName(stack: Stack, stacks: Stack[]): string {
  const name = `${VIEW_NAMES[stack.view]} ${CONTRAST_NAMES[stack.contrast]}`;
  const same = stacks.filter(
    (other) => other.view === stack.view && other.contrast === stack.contrast,
  );
  return same.length > 1 ? `${name} ${same.indexOf(stack) + 1}` : name;
}
