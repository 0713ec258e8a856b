import { describe, expect, it } from "vitest";
import { commandFor } from "./shortcuts";

const press = (key: string, target: Element = document.body, change = {}) =>
  commandFor({ key, target, ctrlKey: false, metaKey: false, altKey: false, ...change });
const inside = (html: string) => {
  document.body.innerHTML = html;
  return document.body.querySelector("[data-here]") as Element;
};

describe("commandFor", () => {
  it("knows the keys of the viewer", () => {
    expect(press(" ")).toEqual({ do: "toggle-play" });
    expect(press("ArrowUp")).toEqual({ do: "slice", by: -1 });
    expect(press("ArrowRight")).toEqual({ do: "phase", by: 1 });
    expect(press("4")).toEqual({ do: "pane", index: 3 });
    expect(press("F")).toEqual({ do: "enlarge" });
    expect(press("x")).toBeNull();
  });

  it("leaves typing, choosing and dialogs alone", () => {
    for (const html of [
      "<textarea data-here></textarea>",
      "<input data-here>",
      "<select data-here></select>",
      "<div role='dialog'><p data-here></p></div>",
    ]) {
      expect(press(" ", inside(html))).toBeNull();
      expect(press("ArrowUp", inside(html))).toBeNull();
    }
  });

  it("lets Space press a focused button, but not the arrows", () => {
    const button = inside("<button data-here></button>");
    expect(press(" ", button)).toBeNull();
    expect(press("ArrowUp", button)).toEqual({ do: "slice", by: -1 });
  });

  it("leaves combinations to the browser", () => {
    expect(press("r", document.body, { ctrlKey: true })).toBeNull();
  });
});
