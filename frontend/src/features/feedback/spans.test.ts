import { describe, expect, it } from "vitest";
import { cutText, readSpans, toUtf16, utf16Offsets } from "./spans";

describe("code points to UTF-16", () => {
  it("is the identity for plain text", () => {
    expect(utf16Offsets("LGE")).toEqual([0, 1, 2, 3]);
  });

  it("counts characters outside the basic plane as two units", () => {
    const text = "a🫀b𝛼c";
    expect(utf16Offsets(text)).toEqual([0, 1, 3, 4, 6, 7]);
    const [start, end] = toUtf16([3, 5], utf16Offsets(text));
    expect(text.slice(start, end)).toBe("𝛼c");
  });

  it("holds spans inside the text", () => {
    expect(toUtf16([2, 99], utf16Offsets("abcd"))).toEqual([2, 4]);
  });
});

it("leaves out what is not a span", () => {
  expect(readSpans([[1, 2], [3, 3], [5], [7, 4], [0, 9]])).toEqual([
    [1, 2],
    [0, 9],
  ]);
});

describe("cutText", () => {
  const text = "🫀 No LGE, EF 60 %";

  it("gives the text back whole", () => {
    const pieces = cutText(
      text,
      [
        [[2, 8]],
        [
          [5, 8],
          [10, 16],
        ],
      ],
      [[0, 1]],
    );
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  });

  it("keeps every row where spans overlap", () => {
    const pieces = cutText(text, [[[2, 8]], [[5, 8]]]);
    expect(pieces.find((piece) => piece.text === "No ")?.rows).toEqual([0]);
    expect(pieces.find((piece) => piece.text === "LGE")?.rows).toEqual([0, 1]);
    expect(pieces.at(-1)?.rows).toEqual([]);
  });

  it("marks what was not understood", () => {
    expect(cutText(text, [], [[0, 1]])[0]).toEqual({ text: "🫀", rows: [], unparsed: true });
  });

  it("copes with an empty text", () => {
    expect(cutText("", [[[0, 3]]])).toEqual([]);
  });
});
