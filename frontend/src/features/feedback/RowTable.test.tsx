import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { Grade, GradeRow } from "../../api/types";
import { renderPage } from "../../test-page";
import { KINDS } from "./kinds";
import { MarkedText } from "./MarkedText";
import { RowTable } from "./RowTable";
import { readSpans } from "./spans";

const row = (kind: GradeRow["kind"], points: number, change: Partial<GradeRow> = {}): GradeRow => ({
  kind,
  concept: "lge",
  name: "LGE",
  points,
  possible: 10,
  sentence: "A sentence.",
  report_spans: [],
  read_spans: [],
  ...change,
});
const grade = (rows: GradeRow[]) =>
  ({
    score: 50,
    raw: 58.75,
    caps: [],
    rows,
    vocabulary_version: "1",
    rules_version: "1",
  }) as unknown as Grade;

it("prints rows that add up to the printed score", () => {
  const rows = [row("HIT", 61.24), row("WRONG-NEGATION", -2.49), row("CAP", -8.75)];
  renderPage(<RowTable grade={grade(rows)} active={null} onActive={vi.fn()} onPick={vi.fn()} />);
  expect(screen.getByTestId("row-sum")).toHaveTextContent("50.0");
  const printed = screen.getAllByTestId("grade-row").map((line) => {
    const cells = within(line).getAllByRole("cell");
    return Number((cells[3]?.textContent ?? "").replace("−", "-").replace("+", ""));
  });
  expect(Math.round(printed.reduce((sum, points) => sum + points, 0) * 10)).toBe(500);
  expect(screen.getByText("Taken off by the cap")).toBeInTheDocument();
});

it("says every kind in words and signs, not in colour alone", () => {
  const looks = Object.values(KINDS);
  expect(new Set(looks.map((look) => look.sign)).size).toBe(looks.length);
  expect(new Set(looks.map((look) => look.name)).size).toBe(looks.length);
});

it("says where the image model excuses a row or disputes it", () => {
  const rows = [
    row("FALSE", 0, { disputed: true }),
    row("EXTRA", 0, { may_be_omitted: true }),
    row("HIT", 50),
  ];
  renderPage(<RowTable grade={grade(rows)} active={null} onActive={vi.fn()} onPick={vi.fn()} />);
  expect(screen.getAllByTestId("disputed")).toHaveLength(1);
  expect(screen.getByTestId("disputed")).toHaveTextContent("until an educator has looked");
  expect(screen.getByTestId("may-be-omitted")).toHaveTextContent("costs you nothing");
});

it("links marked words with their rows", async () => {
  const onActive = vi.fn();
  const onPick = vi.fn();
  const rows = [row("HIT", 10, { read_spans: [[2, 5]] }), row("MISS", 0)];
  renderPage(
    <MarkedText
      id="text"
      text="🫀 LGE seen"
      rows={rows}
      spansOf={(entry) => readSpans(entry.read_spans)}
      unparsed={[[6, 10]]}
      active={null}
      onActive={onActive}
      onPick={onPick}
    />,
  );
  const mark = screen.getByRole("button", { name: /^LGE ?\(row 1, Found\)$/ });
  await userEvent.click(mark);
  expect(onPick).toHaveBeenCalledWith(0);
  expect(onActive).toHaveBeenCalledWith(0);
  expect(screen.getByTitle(/not understood/)).toHaveTextContent("seen");
});
