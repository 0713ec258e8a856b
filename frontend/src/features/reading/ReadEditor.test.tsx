import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { expect, it } from "vitest";
import { answerWith, renderPage } from "../../test-page";
import { ReadEditor } from "./ReadEditor";

const draft = { read_id: "r1", text: "LV normal", version: 1, saved_at: "2026-01-01T10:00:00Z" };

function open() {
  renderPage(
    <ReadEditor
      caseId="c1"
      caseTitle="Unknown 01"
      userId="u1"
      draft={draft}
      textRef={createRef<HTMLTextAreaElement>()}
    />,
  );
}

it("shows what will be submitted and sends it once, however often it is pressed", async () => {
  const calls = answerWith({
    "POST /api/cases/c1/reads": { status: 201, body: { id: "r1", state: "waiting" }, delay: 30 },
  });
  open();
  const user = userEvent.setup();
  await user.click(screen.getByTestId("submit-read"));
  expect(await screen.findByTestId("submit-text")).toHaveTextContent("LV normal");
  const confirm = screen.getByTestId("confirm-submit");
  await user.dblClick(confirm);
  await user.click(confirm);
  await waitFor(() => expect(window.location.pathname).toBe("/reads/r1"));
  const posts = calls.filter((call) => call.method === "POST");
  expect(posts).toHaveLength(1);
  expect(posts[0]?.body).toEqual({ read_id: "r1", text: "LV normal" });
});

it("lets a failed submission be tried again under the same id", async () => {
  const answers = { "POST /api/cases/c1/reads": { status: 500, body: null as unknown, delay: 0 } };
  const calls = answerWith(answers);
  open();
  const user = userEvent.setup();
  await user.click(screen.getByTestId("submit-read"));
  await user.click(await screen.findByTestId("confirm-submit"));
  expect((await screen.findAllByRole("alert"))[0]).toHaveTextContent("The server answered 500");
  answers["POST /api/cases/c1/reads"] = {
    status: 200,
    body: { id: "r1", state: "graded" },
    delay: 0,
  };
  await user.click(screen.getByTestId("confirm-submit"));
  await waitFor(() => expect(window.location.pathname).toBe("/reads/r1"));
  const ids = calls
    .filter((call) => call.method === "POST")
    .map((call) => (call.body as { read_id: string }).read_id);
  expect(ids).toEqual(["r1", "r1"]);
});

it("saves the text before it submits, and never submits an empty one", async () => {
  const calls = answerWith({
    "PUT /api/cases/c1/draft": { status: 200, body: { ...draft, text: "LV dilated", version: 2 } },
    "POST /api/cases/c1/reads": { status: 201, body: { id: "r1", state: "waiting" } },
  });
  open();
  const user = userEvent.setup();
  const text = screen.getByTestId("read-text");
  await user.clear(text);
  expect(screen.getByTestId("submit-read")).toBeDisabled();
  await user.type(text, "LV dilated");
  await user.click(screen.getByTestId("submit-read"));
  await user.click(await screen.findByTestId("confirm-submit"));
  await waitFor(() => expect(calls.some((call) => call.method === "POST")).toBe(true));
  const last = calls.at(-1);
  expect(last?.method).toBe("POST");
  expect(last?.body).toEqual({ read_id: "r1", text: "LV dilated" });
});
