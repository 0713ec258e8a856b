import { describe, expect, it } from "vitest";
import { sampleStack } from "./sampleStack";
import {
  dicomwebRoot,
  imageCount,
  imageIdAt,
  loopImageIds,
  missingSentence,
  stepPhase,
  stepSlice,
} from "./stackIndex";

const study = { study_instance_uid: "1.2", dicomweb_url: "/dicomweb/studies/1.2" };

describe("image ids", () => {
  it("are WADO-RS addresses of the frame", () => {
    expect(imageIdAt(study, sampleStack(), { slice: 1, phase: 2 })).toBe(
      "wadors:/dicomweb/studies/1.2/series/1.2.1/instances/1.2.1.2/frames/1",
    );
  });

  it("take the root or the study's address alike", () => {
    expect(dicomwebRoot({ dicomweb_url: "/dicomweb" })).toBe("/dicomweb");
    expect(dicomwebRoot({ dicomweb_url: "/dicomweb/studies/1.2" })).toBe("/dicomweb");
    expect(dicomwebRoot({ dicomweb_url: "" })).toBe("/dicomweb");
  });

  it("never stand for a missing image", () => {
    const stack = sampleStack({}, [[1, 2]]);
    expect(imageIdAt(study, stack, { slice: 1, phase: 2 })).toBeNull();
    expect(imageIdAt(study, stack, { slice: 9, phase: 0 })).toBeNull();
    expect(loopImageIds(study, stack, 1)).toHaveLength(4);
    expect(loopImageIds(study, stack, 0)).toHaveLength(5);
  });
});

describe("steps", () => {
  it("stop at the first and the last slice", () => {
    expect(stepSlice(sampleStack(), 0, -1)).toBe(0);
    expect(stepSlice(sampleStack(), 1, 1)).toBe(2);
    expect(stepSlice(sampleStack(), 2, 1)).toBe(2);
  });

  it("go round the phases and over missing ones", () => {
    const stack = sampleStack({}, [
      [0, 2],
      [0, 3],
    ]);
    expect(stepPhase(stack, { slice: 0, phase: 1 }, 1)).toBe(4);
    expect(stepPhase(stack, { slice: 0, phase: 4 }, -1)).toBe(1);
    expect(stepPhase(stack, { slice: 0, phase: 4 }, 1)).toBe(0);
    expect(stepPhase(stack, { slice: 0, phase: 0 }, -1)).toBe(4);
  });

  it("stay where a slice has no other image", () => {
    const all: [number, number][] = [0, 1, 2, 3, 4].map((phase) => [0, phase]);
    expect(stepPhase(sampleStack({}, all), { slice: 0, phase: 3 }, 1)).toBe(3);
  });
});

describe("what is missing", () => {
  it("is counted and said with numbers from 1", () => {
    const stack = sampleStack({}, [
      [0, 1],
      [0, 2],
      [0, 4],
      [1, 0],
    ]);
    expect(imageCount(stack)).toEqual({ shown: 11, expected: 15 });
    expect(missingSentence(stack, 0)).toBe("Phases 2–3, 5 of 5 are missing");
    expect(missingSentence(stack, 1)).toBe("Phase 1 of 5 is missing");
    expect(missingSentence(stack, 2)).toBeNull();
  });

  it("names a slice without any image", () => {
    const all: [number, number][] = [0, 1, 2, 3, 4].map((phase) => [1, phase]);
    expect(missingSentence(sampleStack({}, all), 1)).toBe("No image of slice 2 of 3");
    expect(missingSentence(sampleStack(), 7)).toBe("Slice 8 of 3 is missing");
  });
});
