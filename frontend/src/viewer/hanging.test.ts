import { describe, expect, it } from "vitest";
import { defaultHanging, openingSlice, shortViews, stackName } from "./hanging";
import { sampleStack } from "./sampleStack";

const of = (id: string, view: string, contrast = "cine", slices = 1) =>
  sampleStack({ id, view: view as "sax", contrast: contrast as "cine", slice_count: slices });

describe("defaultHanging", () => {
  it("hangs four-, three-, two-chamber and short axis in that order", () => {
    const stacks = [
      of("a", "sax", "cine", 6),
      of("b", "rv2"),
      of("c", "lax2"),
      of("d", "lax3"),
      of("e", "lax4"),
    ];
    expect(defaultHanging(stacks)).toEqual(["e", "d", "c", "a"]);
  });

  it("fills free places with other cine, never LGE beside cine unasked", () => {
    const stacks = [of("a", "sax"), of("b", "rvot"), of("c", "sax", "lge")];
    expect(defaultHanging(stacks)).toEqual(["a", "b"]);
  });

  it("takes the larger of two stacks of a view", () => {
    expect(defaultHanging([of("a", "sax", "cine", 1), of("b", "sax", "cine", 9)])).toEqual(["b"]);
  });

  it("shows still images where there is no cine", () => {
    expect(defaultHanging([of("a", "sax", "lge")])).toEqual(["a"]);
    expect(defaultHanging([])).toEqual([]);
  });
});

it("opens on the middle slice, or the nearest that has images", () => {
  expect(openingSlice(sampleStack({ slice_count: 6 }))).toBe(2);
  const all: [number, number][] = [0, 1, 2, 3, 4].map((phase) => [1, phase]);
  expect(openingSlice(sampleStack({}, all))).toBe(0);
});

it("tells two stacks of the same view apart", () => {
  const stacks = [of("a", "lax4"), of("b", "lax4"), of("c", "lax2")];
  expect(stacks.map((stack) => stackName(stack, stacks))).toEqual([
    "Four-chamber cine 1",
    "Four-chamber cine 2",
    "Two-chamber cine",
  ]);
});

it("puts the short names of views in hanging order", () => {
  expect(shortViews(["sax", "rvot", "lax4", "sax", "new"])).toEqual(["4ch", "SAX", "RVOT", "new"]);
});
