import type { Claims } from "../../api/types";

const CAPITALS = new Set([
  "lv",
  "rv",
  "la",
  "ra",
  "lge",
  "mvo",
  "sam",
  "lvot",
  "ecv",
  "dcm",
  "hcm",
  "arvc",
]);
const ASSERTIONS: Record<string, string> = {
  present: "",
  probable: "probably ",
  possible: "possibly ",
  unlikely: "unlikely ",
  absent: "no ",
};

/** A concept code in words: `dx_hcm` -> "HCM", `lv_dilation` -> "LV dilation". */
export function conceptWords(code: string): string {
  return code
    .replace(/^dx_/, "")
    .split("_")
    .map((word) => (CAPITALS.has(word) ? word.toUpperCase() : word))
    .join(" ");
}

/** A claim in one line: assertion, severity, concept, and where it is. */
export function claimLine(claim: Claims["claims"][number]): string {
  const assertion = ASSERTIONS[claim.assertion] ?? `${claim.assertion} `;
  const severity = claim.severity ? `${claim.severity} ` : "";
  const where = [
    ...claim.layers,
    ...claim.patterns,
    ...(claim.segments.length > 0
      ? [`${claim.segments.length === 1 ? "segment" : "segments"} ${claim.segments.join(", ")}`]
      : []),
  ];
  const place = where.length > 0 ? ` (${where.join("; ")})` : "";
  return `${assertion}${severity}${conceptWords(claim.concept)}${place}`;
}
