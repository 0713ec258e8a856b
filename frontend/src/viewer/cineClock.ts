/**
 * The one clock of the viewer, as pure functions.
 *
 * The clock keeps a fraction of the cardiac cycle, 0 <= fraction < 1. Every pane turns that one
 * fraction into its own phase, so views whose RR intervals differ stay locked phase to phase.
 */

/** Beat length used when the data does not state one, in milliseconds (60 beats a minute). */
export const NOMINAL_RR_MS = 1000;

const SHORTEST_RR_MS = 200;
const LONGEST_RR_MS = 4000;

export interface Rate {
  /** Milliseconds per cardiac cycle that the clock plays at. */
  rrMs: number;
  /** False when the data states no rate and NOMINAL_RR_MS is used. */
  known: boolean;
}

interface TimedStack {
  rr_ms: number | null;
  frame_times_ms: number[] | null;
  slices: { rr_ms: number | null }[];
}

function plausible(rrMs: number | null | undefined): rrMs is number {
  return typeof rrMs === "number" && rrMs >= SHORTEST_RR_MS && rrMs <= LONGEST_RR_MS;
}

/** RR from evenly sampled frame times: one more interval closes the cycle. Null if they cannot tell. */
function rrFromFrameTimes(times: number[] | null): number | null {
  if (!times || times.length < 3 || !rising(times)) return null;
  const first = times[0] as number;
  const last = times[times.length - 1] as number;
  return ((last - first) * times.length) / (times.length - 1);
}

function rising(times: number[]): boolean {
  return times.every((time, index) => index === 0 || time > (times[index - 1] as number));
}

/** The beat length of one slice of a stack: its own RR, else the stack's, else its frame times. */
export function rateOf(stack: TimedStack, sliceIndex: number): Rate {
  const candidates = [
    stack.slices[sliceIndex]?.rr_ms,
    stack.rr_ms,
    rrFromFrameTimes(stack.frame_times_ms),
  ];
  const rrMs = candidates.find(plausible);
  return rrMs === undefined ? { rrMs: NOMINAL_RR_MS, known: false } : { rrMs, known: true };
}

/**
 * Moves the fraction on by `elapsedMs` of wall time. Frames that there was no time to draw are
 * simply passed over, so a slow machine drops frames and keeps real time.
 */
export function advance(fraction: number, elapsedMs: number, rrMs: number, speed = 1): number {
  const next = fraction + (Math.max(0, elapsedMs) * speed) / rrMs;
  return next - Math.floor(next);
}

/**
 * The phase on show at a fraction of the cycle.
 * With usable frame times the phase whose interval holds the moment, else equal intervals.
 */
export function phaseAt(
  fraction: number,
  phaseCount: number,
  frameTimesMs: number[] | null,
  rrMs: number,
): number {
  if (phaseCount <= 1) return 0;
  if (usable(frameTimesMs, phaseCount, rrMs)) {
    const moment = (frameTimesMs[0] as number) + fraction * rrMs;
    let phase = 0;
    while (phase + 1 < phaseCount && (frameTimesMs[phase + 1] as number) <= moment) phase += 1;
    return phase;
  }
  return Math.min(phaseCount - 1, Math.floor(fraction * phaseCount));
}

/** A fraction at which `phaseAt` gives `phase`: the middle of that phase's interval. */
export function fractionOf(
  phase: number,
  phaseCount: number,
  frameTimesMs: number[] | null,
  rrMs: number,
): number {
  if (phaseCount <= 1) return 0;
  if (usable(frameTimesMs, phaseCount, rrMs)) {
    const start = frameTimesMs[0] as number;
    const from = frameTimesMs[phase] as number;
    const to = phase + 1 < phaseCount ? (frameTimesMs[phase + 1] as number) : start + rrMs;
    return ((from + to) / 2 - start) / rrMs;
  }
  return (phase + 0.5) / phaseCount;
}

/** Frame times count only if there is one per phase, they rise, and they fit into one RR. */
function usable(times: number[] | null, phaseCount: number, rrMs: number): times is number[] {
  if (!times || times.length !== phaseCount || !rising(times)) return false;
  return (times[phaseCount - 1] as number) - (times[0] as number) < rrMs;
}
