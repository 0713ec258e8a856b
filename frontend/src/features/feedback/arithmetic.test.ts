import { describe, expect, it } from "vitest";
import { addUp, plain, roundToTotal, signed } from "./arithmetic";

describe("roundToTotal", () => {
  it("makes thirds add up", () => {
    const rounded = roundToTotal([33.3333, 33.3333, 33.3334]);
    expect(rounded.reduce((sum, value) => sum + value, 0)).toBeCloseTo(100, 9);
  });

  it("adds up for many random rows with losses among them", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    for (let round = 0; round < 300; round += 1) {
      const values = Array.from({ length: 12 }, () => random() * 20 - 5);
      const total = values.reduce((sum, value) => sum + value, 0);
      const rounded = roundToTotal(values);
      const sum = rounded.reduce((acc, value) => acc + Math.round(value * 10), 0);
      expect(sum).toBe(Math.round(total * 10));
      rounded.forEach((value, index) => {
        expect(Math.abs(value - (values[index] as number))).toBeLessThan(0.1 + 1e-9);
      });
    }
  });

  it("leaves exact values alone", () => {
    expect(roundToTotal([40, -2.5, 0])).toEqual([40, -2.5, 0]);
    expect(roundToTotal([])).toEqual([]);
  });
});

describe("addUp", () => {
  it("separates the cap from the findings", () => {
    const sum = addUp([
      { kind: "HIT", points: 61.24 },
      { kind: "WRONG-NEGATION", points: -2.49 },
      { kind: "CAP", points: -8.75 },
    ]);
    expect(sum.score).toBe(50);
    expect(Math.round((sum.raw + sum.cap) * 10)).toBe(Math.round(sum.score * 10));
    expect(sum.points).toHaveLength(3);
  });
});

it("prints a true minus, one decimal and no negative zero", () => {
  expect(plain(-2.5)).toBe("−2.5");
  expect(plain(-0.01)).toBe("0.0");
  expect(signed(3)).toBe("+3.0");
  expect(signed(0)).toBe("0.0");
});
