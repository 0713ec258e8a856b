import { describe, expect, it } from "vitest";
import { advance, NOMINAL_RR_MS, phaseAt, rateOf } from "./cineClock";

describe("the clock", () => {
  it("keeps real time by dropping frames", () => {
    expect(advance(0.9, 1200, 1000)).toBeCloseTo(0.1);
    expect(phaseAt(advance(0, 500, 1000), 30, null, 1000)).toBe(15);
  });

  it("says when the data gives no rate", () => {
    const silent = { rr_ms: null, frame_times_ms: null, slices: [{ rr_ms: null }] };
    expect(rateOf(silent, 0)).toEqual({ rrMs: NOMINAL_RR_MS, known: false });
    expect(rateOf({ ...silent, slices: [{ rr_ms: 829 }] }, 0)).toEqual({ rrMs: 829, known: true });
  });

  it("stays inside the cycle whatever the moment", () => {
    for (let moment = 0; moment < 5000; moment += 37) {
      const phase = phaseAt(advance(0, moment, 900), 25, null, 900);
      expect(phase).toBeGreaterThanOrEqual(0);
      expect(phase).toBeLessThan(25);
    }
  });
});
