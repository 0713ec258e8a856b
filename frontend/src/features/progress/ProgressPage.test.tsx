import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { answerWith, renderPage } from "../../test-page";
import { ProgressPage } from "./ProgressPage";
import { curveSentence } from "./sentences";

it("says why no curve is drawn with few cases", () => {
  expect(curveSentence(1)).toMatch(
    /^You have read 1 case\. No learning curve is drawn below about 20/,
  );
  expect(curveSentence(20)).not.toMatch(/No learning curve is drawn below/);
});

it("says what to do when there is nothing yet", async () => {
  answerWith({
    "GET /api/progress": { status: 200, body: { read_count: 0, findings: [], scores: [] } },
  });
  renderPage(<ProgressPage />);
  expect(await screen.findByText("Nothing to count yet")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Choose a case" })).toBeInTheDocument();
});

it("shows every estimate with its interval and its counts", async () => {
  const finding = {
    concept: "lge",
    name: "LGE",
    present: { n: 3, correct: 1 },
    absent: { n: 0, correct: 0 },
    sensitivity: { value: 0.333, low: 0.06, high: 0.79 },
    specificity: null,
  };
  answerWith({
    "GET /api/progress": { status: 200, body: { read_count: 3, findings: [finding], scores: [] } },
  });
  renderPage(<ProgressPage />);
  const table = await screen.findByTestId("progress-findings");
  expect(table).toHaveTextContent("33 % (6 % to 79 %)");
  expect(table).toHaveTextContent("1 of 3");
  expect(table).toHaveTextContent("not met as absent yet");
});
