import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { Question } from "../../api/types";
import { answerWith, renderPage } from "../../test-page";
import { QuestionsPage } from "./QuestionsPage";

const question: Question = {
  id: "q1",
  kind: "appeal",
  concept: "lge",
  name: "LGE",
  text: "No LGE images were there.",
  row: null,
  raised_at: "2026-11-24T20:00:00Z",
  read_id: "r1",
  case: { id: "c1", title: "Infarct, LAD" },
  fellow: { id: "f", name: "Fellow Fictitious" },
};
const page = (results: Question[]) => ({
  status: 200,
  body: { count: results.length, next: null, previous: null, results },
});

it("leads from a question to its row", async () => {
  answerWith({ "GET /api/questions": page([question]) });
  renderPage(<QuestionsPage />, "/questions");
  expect(await screen.findByRole("link", { name: "LGE" })).toHaveAttribute(
    "href",
    "/reads/r1#row-of-lge",
  );
  expect(screen.getByTestId("question")).toHaveTextContent("Fellow Fictitious");
});

it("keeps the filter in the address and says when nothing waits", async () => {
  answerWith({ "GET /api/questions": page([]) });
  renderPage(<QuestionsPage />, "/questions");
  expect(await screen.findByText("Nothing waits for you")).toBeInTheDocument();
  await userEvent.click(screen.getByText("Model sides with the fellow"));
  expect(window.location.search).toBe("?kind=dispute");
});
