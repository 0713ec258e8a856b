import type { RowKind } from "../../api/types";

/**
 * How each kind of row looks: a colour of the Okabe-Ito palette, and a sign and a line style, so
 * that nothing rests on colour alone.
 */
export interface KindLook {
  name: string;
  sign: string;
  color: string;
  line: "solid" | "dashed" | "dotted" | "double" | "wavy";
}

export const KINDS: Record<RowKind, KindLook> = {
  HIT: { name: "Found", sign: "✓", color: "#009e73", line: "solid" },
  MISS: { name: "Missed", sign: "○", color: "#d55e00", line: "dashed" },
  "WRONG-NEGATION": { name: "Opposite", sign: "⇄", color: "#cc79a7", line: "double" },
  FALSE: { name: "Not there", sign: "✕", color: "#a63d00", line: "wavy" },
  ATTRIBUTE: { name: "Detail", sign: "≈", color: "#e69f00", line: "dotted" },
  MEASURE: { name: "Measured", sign: "#", color: "#56b4e9", line: "solid" },
  EXTRA: { name: "Extra", sign: "+", color: "#0072b2", line: "dotted" },
  CAP: { name: "Cap", sign: "⌃", color: "#13262b", line: "double" },
};
