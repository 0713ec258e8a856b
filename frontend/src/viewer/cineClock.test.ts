import { describe, expect, it } from "vitest";
import { advance, fractionOf, NOMINAL_RR_MS, phaseAt, rateOf } from "./cineClock";

const even = (count: number, rr: number) =>
  Array.from({ length: count }, (_, phase) => (phase * rr) / count);

describe("rateOf", () => {
  const slices = [{ rr_ms: 860 }, { rr_ms: null }];

  it("takes the RR of the slice, then of the stack", () => {
    const stack = { rr_ms: 900, frame_times_ms: null, slices };
    expect(rateOf(stack, 0)).toEqual({ rrMs: 860, known: true });
    expect(rateOf(stack, 1)).toEqual({ rrMs: 900, known: true });
  });

  it("closes the cycle of frame times by one interval", () => {
    const rate = rateOf({ rr_ms: null, frame_times_ms: even(20, 800), slices: [] }, 0);
    expect(rate.known).toBe(true);
    expect(rate.rrMs).toBeCloseTo(800);
  });

  it("says when the data does not tell, or tells nonsense", () => {
    const silent = { rr_ms: null, frame_times_ms: null, slices: [{ rr_ms: null }] };
    expect(rateOf(silent, 0)).toEqual({ rrMs: NOMINAL_RR_MS, known: false });
    expect(rateOf({ ...silent, rr_ms: 0 }, 0).known).toBe(false);
    expect(rateOf({ ...silent, frame_times_ms: [0, 0, 0] }, 0).known).toBe(false);
  });
});

describe("advance", () => {
  it("goes round in one RR", () => {
    expect(advance(0, 430, 860)).toBeCloseTo(0.5);
    expect(advance(0.75, 430, 860)).toBeCloseTo(0.25);
    expect(advance(0, 430, 860, 0.5)).toBeCloseTo(0.25);
  });

  it("keeps real time over a long stall by passing over phases", () => {
    expect(advance(0, 860 * 7 + 215, 860)).toBeCloseTo(0.25);
    expect(advance(0.3, -5, 860)).toBe(0.3);
  });
});

describe("phaseAt and fractionOf", () => {
  it("divide the cycle evenly without frame times", () => {
    expect(phaseAt(0, 25, null, 860)).toBe(0);
    expect(phaseAt(0.039, 25, null, 860)).toBe(0);
    expect(phaseAt(0.041, 25, null, 860)).toBe(1);
    expect(phaseAt(0.9999, 25, null, 860)).toBe(24);
  });

  it("follow uneven frame times and their offset", () => {
    const times = [20, 120, 420];
    expect(phaseAt(0.05, 3, times, 1000)).toBe(0);
    expect(phaseAt(0.11, 3, times, 1000)).toBe(1);
    expect(phaseAt(0.5, 3, times, 1000)).toBe(2);
  });

  it("do not use frame times that do not fit the beat", () => {
    expect(phaseAt(0.5, 4, [0, 1000, 2000, 3000], 800)).toBe(2);
    expect(phaseAt(0.5, 4, [0, 10], 800)).toBe(2);
  });

  it("are each other's inverse", () => {
    for (const times of [null, even(25, 876), [0, 30, 200, 210, 700]]) {
      const count = times?.length ?? 25;
      for (let phase = 0; phase < count; phase += 1) {
        expect(phaseAt(fractionOf(phase, count, times, 876), count, times, 876)).toBe(phase);
      }
    }
  });

  it("visit every phase of two views with different RR in step", () => {
    let fraction = 0;
    for (let tick = 0; tick < 500; tick += 1) {
      fraction = advance(fraction, 17, 776);
      expect(phaseAt(fraction, 25, even(25, 776), 776)).toBe(
        phaseAt(fraction, 25, even(25, 975), 975),
      );
    }
  });
});
