import { describe, expect, it } from "vitest";
import type { Stack } from "../api/types";
import { conventionalFlip, edgeLetters } from "./orientation";
import { sampleStack } from "./sampleStack";

const facing = (view: Stack["view"], orientation: number[]) => {
  const stack = sampleStack({ view, slice_count: 1 });
  return {
    ...stack,
    slices: stack.slices.map((slice) => ({ ...slice, image_orientation: orientation })),
  };
};

describe("conventionalFlip", () => {
  it("leaves an image that already hangs right", () => {
    expect(conventionalFlip(facing("lax4", [1, 0, 0, 0, 1, 0]))).toEqual({
      horizontal: false,
      vertical: false,
    });
  });

  it("turns a four-chamber view stored with the back on top", () => {
    expect(conventionalFlip(facing("lax4", [1, 0, 0.1, 0.08, -0.57, -0.82]))).toEqual({
      horizontal: false,
      vertical: true,
    });
  });

  it("turns a short axis stored with the left on the left", () => {
    expect(conventionalFlip(facing("sax", [-0.8, 0, 0.6, 0, 1, 0])).horizontal).toBe(true);
  });

  it("does not touch views without one convention", () => {
    expect(conventionalFlip(facing("lax2", [-1, 0, 0, 0, -1, 0]))).toEqual({
      horizontal: false,
      vertical: false,
    });
  });
});

describe("edgeLetters", () => {
  it("names the patient's directions as displayed", () => {
    const stack = facing("lax4", [1, 0, 0, 0, -1, 0]);
    expect(edgeLetters(stack, { horizontal: false, vertical: false })).toEqual({
      left: "R",
      right: "L",
      top: "P",
      bottom: "A",
    });
    expect(edgeLetters(stack, conventionalFlip(stack))?.top).toBe("A");
  });

  it("adds a second letter only where it matters", () => {
    const letters = edgeLetters(facing("sax", [0.79, 0, 0.61, 0.38, 0.9, -0.2]), {
      horizontal: false,
      vertical: false,
    });
    expect(letters?.right).toBe("LH");
    expect(letters?.bottom).toBe("PL");
  });

  it("keeps quiet without an orientation", () => {
    expect(edgeLetters(facing("sax", []), { horizontal: false, vertical: false })).toBeNull();
  });
});
