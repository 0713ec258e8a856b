import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Neighbours } from "../../api/types";
import { renderPage } from "../../test-page";
import { NeighbourList } from "./NeighbourList";

type Neighbour = Neighbours["cases"][number];

const entry = (title: string, change: Partial<Neighbour>): Neighbour => ({
  id: title,
  title,
  role: "looks_alike",
  score: 0.5,
  shared_findings: [],
  other_findings: [],
  read_id: null,
  ...change,
});

it("says in words what each neighbour is good for", () => {
  const neighbours: Neighbours = {
    ranked_by: "image_model",
    sentence: "Ranked by the image model.",
    hidden_count: 0,
    cases: [
      entry("A", { role: "same_finding", shared_findings: ["LGE"] }),
      entry("B", { role: "nearest_normal", other_findings: ["Normal study"] }),
      entry("C", {
        role: "mimic",
        shared_findings: ["LGE"],
        other_findings: ["Cardiac amyloidosis"],
      }),
      entry("D", {}),
    ],
  };
  renderPage(<NeighbourList neighbours={neighbours} />);
  const rows = screen.getAllByRole("listitem");
  expect(rows[0]).toHaveTextContent("Same findingLGE");
  expect(rows[1]).toHaveTextContent("Nearest normal");
  expect(rows[2]).toHaveTextContent("reported differentlyhere instead:Cardiac amyloidosis");
  expect(rows[2]).not.toHaveTextContent("LGE");
  expect(rows[3]).toHaveTextContent("Looks alikeno finding in common");
});
