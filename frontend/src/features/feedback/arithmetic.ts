/** Numbers on the feedback page: rounded for reading, yet adding up exactly as printed. */

interface Scored {
  kind: string;
  points: number;
}

export interface Sum {
  /** Points of each row as printed, in row order. */
  points: number[];
  /** Sum of the rows without the cap, as printed. */
  raw: number;
  /** What the caps took off; 0 without a cap. */
  cap: number;
  /** Sum of all rows, as printed: the score. */
  score: number;
}

/**
 * Rounds values to `decimals` so that they add up to their rounded total: the ones that lose most
 * by rounding down are rounded up (largest remainder).
 */
export function roundToTotal(values: number[], decimals = 1): number[] {
  const scale = 10 ** decimals;
  const total = Math.round(values.reduce((sum, value) => sum + value, 0) * scale);
  const floors = values.map((value) => Math.floor(value * scale + 1e-9));
  const short = total - floors.reduce((sum, value) => sum + value, 0);
  const byLoss = values
    .map((value, index) => ({ index, loss: value * scale - (floors[index] as number) }))
    .sort((a, b) => b.loss - a.loss || a.index - b.index);
  const up = new Set(byLoss.slice(0, Math.max(0, short)).map((entry) => entry.index));
  return floors.map((floor, index) => (floor + (up.has(index) ? 1 : 0)) / scale);
}

/** The rows' points as printed and the sums that a reader can check by hand. */
export function addUp(rows: Scored[], decimals = 1): Sum {
  const points = roundToTotal(
    rows.map((row) => row.points),
    decimals,
  );
  const scale = 10 ** decimals;
  const sumOf = (keep: (row: Scored) => boolean) =>
    rows.reduce(
      (sum, row, i) => (keep(row) ? sum + Math.round((points[i] as number) * scale) : sum),
      0,
    ) / scale;
  return {
    points,
    raw: sumOf((row) => row.kind !== "CAP"),
    cap: sumOf((row) => row.kind === "CAP"),
    score: sumOf(() => true),
  };
}

const NUMBER = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** One decimal, a true minus sign, never "-0.0". */
export function plain(value: number): string {
  const rounded = Math.round(value * 10) / 10 || 0;
  return NUMBER.format(rounded).replace("-", "−");
}

/** The same with a plus sign where there is something to add. */
export function signed(value: number): string {
  return value > 0.049 ? `+${plain(value)}` : plain(value);
}
