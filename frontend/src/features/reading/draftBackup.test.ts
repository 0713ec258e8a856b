import { expect, it } from "vitest";
import { dropBackup, forgetDrafts, keepBackup, loadBackup } from "./draftBackup";

const backup = { readId: "r", version: 1, text: "words" };

it("keeps one backup for each person and case, and drops it", () => {
  keepBackup("u", "c", backup);
  expect(loadBackup("u", "c")).toEqual(backup);
  expect(loadBackup("u", "other")).toBeNull();
  expect(loadBackup("someone else", "c")).toBeNull();
  dropBackup("u", "c");
  expect(loadBackup("u", "c")).toBeNull();
});

it("takes rubbish for nothing", () => {
  localStorage.setItem("cinerounds.draft.u.c", "{not json");
  expect(loadBackup("u", "c")).toBeNull();
  localStorage.setItem("cinerounds.draft.u.c", '{"text": 3}');
  expect(loadBackup("u", "c")).toBeNull();
});

it("forgets every draft on signing out and nothing else", () => {
  keepBackup("u", "c", backup);
  localStorage.setItem("else", "1");
  forgetDrafts();
  expect(loadBackup("u", "c")).toBeNull();
  expect(localStorage.getItem("else")).toBe("1");
});
