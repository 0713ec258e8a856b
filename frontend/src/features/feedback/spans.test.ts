import { describe, expect, it } from "vitest";
import { cutText, toUtf16, utf16Offsets } from "./spans";

describe("spans", () => {
  it("counts code points as the API does and units as the page does", () => {
    const text = "🫀 LV dilated";
    expect(text.slice(...toUtf16([2, 4], utf16Offsets(text)))).toBe("LV");
  });

  it("cuts at every border and gives the text back", () => {
    const text = "Dilated LV, EF 28%.";
    const pieces = cutText(text, [[[0, 10]], [[8, 18]]]);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    expect(pieces.find((piece) => piece.text === "LV")?.rows).toEqual([0, 1]);
  });
});
