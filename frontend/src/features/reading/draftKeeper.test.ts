import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, OfflineError } from "../../api/client";
import type { Draft } from "../../api/types";
import type { DraftBackup } from "./draftBackup";
import { DraftKeeper } from "./draftKeeper";

const draft = (change: Partial<Draft> = {}): Draft => ({
  read_id: "r1",
  text: "",
  version: 0,
  saved_at: "2026-01-01T10:00:00Z",
  ...change,
});

function setUp(first: Draft = draft(), stored: DraftBackup | null = null) {
  let backup = stored;
  const server = { draft: { ...first } };
  const put = vi.fn(async (text: string, version: number) => {
    if (version !== server.draft.version) {
      throw new ApiError(409, "draft_conflict", "Changed.", { draft: { ...server.draft } });
    }
    server.draft = { ...server.draft, text, version: version + 1 };
    return { ...server.draft };
  });
  const keeper = new DraftKeeper(first, {
    put,
    backup: {
      load: () => backup,
      keep: (next) => {
        backup = next;
      },
      drop: () => {
        backup = null;
      },
    },
  });
  return { keeper, put, server, backup: () => backup };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("DraftKeeper", () => {
  it("keeps each keystroke in the browser and saves once the typing rests", async () => {
    const { keeper, put, server, backup } = setUp();
    keeper.write("L");
    keeper.write("LV");
    expect(backup()?.text).toBe("LV");
    expect(keeper.view.state).toBe("unsaved");
    await vi.advanceTimersByTimeAsync(2000);
    expect(put).toHaveBeenCalledTimes(1);
    expect(server.draft.text).toBe("LV");
    expect(keeper.view.state).toBe("saved");
    expect(backup()).toBeNull();
  });

  it("saves what was written during a save, on top of it", async () => {
    const { keeper, put, server } = setUp();
    put.mockImplementationOnce(async (text, version) => {
      keeper.write("LV normal, RV normal");
      server.draft = { ...server.draft, text, version: version + 1 };
      return { ...server.draft };
    });
    keeper.write("LV normal");
    await vi.advanceTimersByTimeAsync(4000);
    expect(put.mock.calls).toEqual([
      ["LV normal", 0],
      ["LV normal, RV normal", 1],
    ]);
    expect(keeper.view.state).toBe("saved");
  });

  it("keeps trying while offline and says so", async () => {
    const { keeper, put, server, backup } = setUp();
    put.mockRejectedValueOnce(new OfflineError());
    keeper.write("words");
    await vi.advanceTimersByTimeAsync(1000);
    expect(keeper.view.state).toBe("offline");
    expect(backup()?.text).toBe("words");
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.draft.text).toBe("words");
    expect(keeper.view.state).toBe("saved");
  });

  it("makes a stale version a conflict and lets the reader settle it either way", async () => {
    for (const keep of ["mine", "other"] as const) {
      const { keeper, server } = setUp();
      server.draft = draft({ text: "from the other tab", version: 3 });
      keeper.write("mine");
      await vi.advanceTimersByTimeAsync(1000);
      expect(keeper.view.state).toBe("conflict");
      expect(keeper.view.other?.text).toBe("from the other tab");
      keeper.settle(keep);
      await vi.advanceTimersByTimeAsync(1000);
      expect(keeper.view.state).toBe("saved");
      expect(server.draft.text).toBe(keep === "mine" ? "mine" : "from the other tab");
      expect(keeper.view.text).toBe(server.draft.text);
    }
  });

  it("does not call it a conflict when the other draft has the same words", async () => {
    const { keeper, server } = setUp();
    server.draft = draft({ text: "same", version: 1 });
    keeper.write("same");
    await vi.advanceTimersByTimeAsync(1000);
    expect(keeper.view.state).toBe("saved");
  });

  it("brings unsaved words back after a reload", async () => {
    const { keeper, server } = setUp(draft({ text: "LV", version: 2 }), {
      readId: "r1",
      version: 2,
      text: "LV dilated",
    });
    expect(keeper.view.text).toBe("LV dilated");
    await vi.advanceTimersByTimeAsync(100);
    expect(server.draft.text).toBe("LV dilated");
  });

  it("asks when the server moved on meanwhile, and forgets words of a submitted read", () => {
    const stale = setUp(draft({ text: "newer", version: 5 }), {
      readId: "r1",
      version: 2,
      text: "older",
    });
    expect(stale.keeper.view.state).toBe("conflict");
    const submitted = setUp(draft({ read_id: "r2" }), { readId: "r1", version: 2, text: "older" });
    expect(submitted.keeper.view.text).toBe("");
    expect(submitted.backup()).toBeNull();
  });

  it("shows the server's sentence when it refuses the text", async () => {
    const { keeper, put } = setUp();
    put.mockRejectedValueOnce(new ApiError(413, "too_long", "The text is too long."));
    keeper.write("x");
    await vi.advanceTimersByTimeAsync(1000);
    expect(keeper.view).toMatchObject({ state: "refused", problem: "The text is too long." });
  });

  it("saves on leaving and then stays quiet", async () => {
    const { keeper, put } = setUp();
    keeper.write("last words");
    keeper.leave();
    await vi.advanceTimersByTimeAsync(10);
    expect(put).toHaveBeenCalledTimes(1);
    keeper.write("more");
    await vi.advanceTimersByTimeAsync(5000);
    expect(put).toHaveBeenCalledTimes(1);
  });
});
