/** [start, end) of a text, as the API gives them: counted in Unicode code points. */
export type Span = readonly [number, number];

/** A stretch of text over which the same set of rows applies. */
export interface Piece {
  text: string;
  /** Indices of the rows that rest on this stretch; empty for plain text. */
  rows: number[];
  /** True where the grammar did not understand the words. */
  unparsed: boolean;
}

/**
 * Where each code point starts in a JavaScript string, with the length of the string as last entry.
 * JavaScript counts UTF-16 units; Python, and so the API, counts code points.
 */
export function utf16Offsets(text: string): number[] {
  const offsets: number[] = [];
  let unit = 0;
  for (const point of text) {
    offsets.push(unit);
    unit += point.length;
  }
  offsets.push(unit);
  return offsets;
}

/** A span in UTF-16 units, held inside the text. */
export function toUtf16(span: Span, offsets: number[]): Span {
  const last = offsets.length - 1;
  const at = (point: number) => offsets[Math.max(0, Math.min(last, point))] as number;
  return [at(span[0]), at(span[1])];
}

/** Reads spans as the API sends them; anything that is not a proper pair is left out. */
export function readSpans(spans: readonly (readonly number[])[]): Span[] {
  const proper: Span[] = [];
  for (const span of spans) {
    const [start, end] = span;
    if (typeof start === "number" && typeof end === "number" && end > start)
      proper.push([start, end]);
  }
  return proper;
}

/**
 * Cuts a text into pieces at every border of a span, so that overlapping spans each keep their row.
 * The pieces joined give the text back.
 */
export function cutText(text: string, rowSpans: Span[][], unparsed: Span[] = []): Piece[] {
  const offsets = utf16Offsets(text);
  const rows = rowSpans.map((spans) => spans.map((span) => toUtf16(span, offsets)));
  const unknown = unparsed.map((span) => toUtf16(span, offsets));
  const borders = new Set([0, text.length]);
  for (const [start, end] of [...rows.flat(), ...unknown]) {
    borders.add(start);
    borders.add(end);
  }
  const cuts = [...borders].sort((a, b) => a - b);
  const covers = ([start, end]: Span, from: number, to: number) => start <= from && to <= end;
  const pieces: Piece[] = [];
  for (let index = 0; index + 1 < cuts.length; index += 1) {
    const from = cuts[index] as number;
    const to = cuts[index + 1] as number;
    pieces.push({
      text: text.slice(from, to),
      rows: rows.flatMap((spans, row) =>
        spans.some((span) => covers(span, from, to)) ? [row] : [],
      ),
      unparsed: unknown.some((span) => covers(span, from, to)),
    });
  }
  return pieces;
}
