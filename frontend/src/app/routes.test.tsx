import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { answerWith } from "../test-page";
import { App } from "./App";

const person = (role: string) => ({
  user: { id: "u1", email: "a@example.org", name: "Ada Example" },
  memberships: [{ programme: { id: "p", name: "Centre" }, role }],
});
const emptyPage = { status: 200, body: { count: 0, next: null, previous: null, results: [] } };
const empties = {
  "GET /api/cases": emptyPage,
  "GET /api/reads": emptyPage,
  "GET /api/progress": { status: 200, body: { read_count: 0, findings: [], scores: [] } },
};
const open = (address: string) => {
  window.history.replaceState(null, "", address);
  render(<App />);
};

beforeEach(() => window.history.replaceState(null, "", "/"));

describe("navigation", () => {
  it("shows a fellow no educator's pages", async () => {
    answerWith({ "GET /api/session": { status: 200, body: person("fellow") }, ...empties });
    open("/");
    expect(await screen.findByRole("link", { name: "Progress" })).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "Studies" })).toBeNull();
    expect(screen.queryByRole("link", { name: "Cohorts" })).toBeNull();
    expect(await screen.findByText("No unread case")).toBeInTheDocument();
  });

  it("shows directors cohorts but not studies", async () => {
    answerWith({ "GET /api/session": { status: 200, body: person("director") }, ...empties });
    open("/");
    expect((await screen.findAllByRole("link", { name: "Cohorts" })).length).toBeGreaterThan(0);
    expect(screen.queryByRole("link", { name: "Studies" })).toBeNull();
  });

  it("makes forbidden and absent pages look alike", async () => {
    answerWith({ "GET /api/session": { status: 200, body: person("fellow") }, ...empties });
    open("/studies");
    expect(await screen.findByText("Nothing is here")).toBeInTheDocument();
  });
});

it("signs in and goes on to where the person wanted to be", async () => {
  answerWith({
    "GET /api/session": { status: 200, body: { ...person("fellow"), user: null, memberships: [] } },
    "POST /api/session": { status: 200, body: person("fellow") },
    ...empties,
  });
  open("/progress");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/Email/), "a@example.org");
  await user.type(screen.getByLabelText(/^Password/), "secret");
  await user.click(screen.getByTestId("sign-in"));
  expect(await screen.findByRole("heading", { name: "Progress by finding" })).toBeInTheDocument();
  expect(window.location.pathname).toBe("/progress");
});

it("shows the server's sentence for a wrong sign-in", async () => {
  answerWith({
    "GET /api/session": { status: 200, body: { ...person("fellow"), user: null, memberships: [] } },
    "POST /api/session": {
      status: 400,
      body: { detail: "They do not belong together.", code: "wrong_sign_in" },
    },
  });
  open("/sign-in");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/Email/), "a@example.org");
  await user.type(screen.getByLabelText(/^Password/), "wrong");
  await user.click(screen.getByTestId("sign-in"));
  expect(await screen.findByRole("alert")).toHaveTextContent("They do not belong together.");
});
