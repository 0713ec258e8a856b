import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { GradeRow, Read } from "../../api/types";
import { answerWith, renderPage } from "../../test-page";
import { conceptOf, rowHash } from "./decisions";
import { RowReview } from "./RowReview";

const row: GradeRow = {
  kind: "MISS",
  concept: "lge",
  name: "LGE",
  points: 0,
  possible: 20,
  sentence: "The report finds it; your read does not mention it.",
  report_spans: [],
  read_spans: [],
};
const readAs = (change: Partial<Read>) =>
  ({
    id: "r1",
    fellow: { id: "f", name: "Fellow Fictitious" },
    may_appeal: false,
    may_override: false,
    reads_of_case: 1,
    appeals: [],
    overrides: [],
    ...change,
  }) as unknown as Read;
const appeal = (state: "open" | "answered") => ({
  id: "a1",
  concept: "lge",
  text: "No LGE images were there.",
  state,
  raised_at: "2026-11-24T20:00:00Z",
});

it("lets a fellow appeal in words and says so afterwards", async () => {
  const calls = answerWith({
    "POST /api/reads/r1/appeals": { status: 201, body: readAs({ may_appeal: true }) },
  });
  renderPage(<RowReview read={readAs({ may_appeal: true })} row={row} asked={false} />);
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Appeal: LGE" }));
  await user.type(screen.getByLabelText("Why is this row wrong?"), "No LGE images were there.");
  await user.click(screen.getByRole("button", { name: "Send the appeal" }));
  expect(calls.map((call) => call.body)).toEqual([
    { concept: "lge", text: "No LGE images were there." },
  ]);
  expect(await screen.findByRole("button", { name: "Appeal: LGE" })).toBeInTheDocument();
});

it("offers no appeal against a row that earned everything, nor a second one beside an open one", () => {
  const full = { ...row, points: 20 };
  const { unmount } = renderPage(
    <RowReview read={readAs({ may_appeal: true })} row={full} asked={false} />,
  );
  expect(screen.queryByRole("button")).toBeNull();
  unmount();
  renderPage(
    <RowReview
      read={readAs({ may_appeal: true, appeals: [appeal("open")] })}
      row={row}
      asked={false}
    />,
  );
  expect(screen.getByTestId("appeal")).toHaveTextContent("No LGE images were there.");
  expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["Withdraw"]);
});

it("asks an educator for a decision and a reason, for one read or all of the case", async () => {
  const calls = answerWith({
    "POST /api/reads/r1/overrides": {
      status: 400,
      body: { detail: "Give the reason in a sentence.", code: "no_reason" },
    },
  });
  const read = readAs({ may_override: true, reads_of_case: 3, appeals: [appeal("open")] });
  renderPage(<RowReview read={read} row={row} asked={false} />);
  // An open appeal opens the form by itself.
  const form = screen.getByRole("form", { name: "Decide about LGE" });
  const user = userEvent.setup();
  expect(within(form).getByRole("button", { name: "Save the decision" })).toBeDisabled();
  await user.click(within(form).getByLabelText("Counts by half"));
  await user.click(within(form).getByLabelText(/2 other reads/));
  await user.click(within(form).getByRole("button", { name: "Save the decision" }));
  expect(await within(form).findByRole("alert")).toHaveTextContent("Give the reason");
  expect(calls[0]?.body).toEqual({ concept: "lge", share: 0.5, reason: "", whole_case: true });
});

it("shows who decided what and why", () => {
  const override = {
    concept: "lge",
    share: 1,
    reason: "The series was missing.",
    made_by: { id: "e", name: "Educator Example" },
    made_at: "2026-11-24T21:00:00Z",
  };
  const read = readAs({ may_appeal: true, appeals: [appeal("answered")], overrides: [override] });
  renderPage(<RowReview read={read} row={{ ...row, overridden: true }} asked={false} />);
  expect(screen.getByTestId("decided")).toHaveTextContent(
    /Educator Example.*counts in full.*The series was missing/,
  );
  expect(screen.getByRole("button", { name: "Appeal again: LGE" })).toBeInTheDocument();
});

it("finds a row by its address", () => {
  expect(conceptOf(rowHash("lv_thrombus"))).toBe("lv_thrombus");
  expect(conceptOf("#content")).toBeNull();
});
