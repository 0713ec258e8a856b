import { expect, it } from "vitest";
import { claimLine, conceptWords } from "./claimLine";

const claim = {
  concept: "lge",
  assertion: "present" as const,
  severity: null,
  layers: [],
  patterns: [],
  segments: [],
  spans: [],
  derived: false,
};

it("says a concept in words", () => {
  expect(conceptWords("dx_hcm")).toBe("HCM");
  expect(conceptWords("lv_dilation")).toBe("LV dilation");
});

it("says a claim in one line", () => {
  expect(claimLine(claim)).toBe("LGE");
  expect(claimLine({ ...claim, assertion: "absent" })).toBe("no LGE");
  expect(claimLine({ ...claim, severity: "mild", layers: ["midwall"], segments: [2, 3] })).toBe(
    "mild LGE (midwall; segments 2, 3)",
  );
});
