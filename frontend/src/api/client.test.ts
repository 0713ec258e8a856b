import { describe, expect, it, vi } from "vitest";
import { answerWith } from "../test-page";
import { ApiError, answer, client, csrfToken, errorFromBody, OfflineError } from "./client";

describe("errors", () => {
  it("carry the server's sentence and code", () => {
    const error = errorFromBody(400, { detail: "The report is empty.", code: "empty_report" });
    expect(error).toMatchObject({
      message: "The report is empty.",
      code: "empty_report",
      status: 400,
    });
  });

  it("have a sentence of their own when the server sends none", () => {
    expect(errorFromBody(404, null).message).toMatch(/does not exist/);
    expect(errorFromBody(502, "<html>").message).toMatch(/502/);
  });

  it("tell a refusal from a lost connection", async () => {
    answerWith({ "GET /api/session": { status: 401, body: { detail: "Sign in.", code: "x" } } });
    await expect(answer(client.GET("/api/session"))).rejects.toBeInstanceOf(ApiError);
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(answer(client.GET("/api/session"))).rejects.toBeInstanceOf(OfflineError);
  });
});

it("sends the CSRF token with everything but GET", async () => {
  document.cookie = "csrftoken=a%2Bb";
  expect(csrfToken()).toBe("a+b");
  const calls = answerWith({
    "GET /api/session": { status: 200, body: {} },
    "DELETE /api/session": { status: 204, body: null },
  });
  await answer(client.GET("/api/session"));
  await answer(client.DELETE("/api/session"));
  expect(calls.map((call) => call.csrf)).toEqual([null, "a+b"]);
});
