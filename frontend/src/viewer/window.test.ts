import { expect, it } from "vitest";
import { presetWindow, windowRange } from "./window";

const stored = { center: 350, width: 780 };

it("keeps the stored window and gives its limits", () => {
  expect(presetWindow(stored, "stored")).toEqual(stored);
  expect(windowRange(stored)).toEqual({ lower: -40, upper: 740 });
});

it("brightens from the same black, and narrows or widens for contrast", () => {
  const bright = windowRange(presetWindow(stored, "bright"));
  expect(bright.lower).toBe(-40);
  expect(bright.upper).toBeLessThan(740);
  expect(presetWindow(stored, "contrast").width).toBeLessThan(stored.width);
  expect(presetWindow(stored, "wide").width).toBeGreaterThan(stored.width);
});
