import { describe, expect, it, vi } from "vitest";
import { FrameQueue } from "./frameQueue";

function gated() {
  const started: string[] = [];
  const gates = new Map<string, { open: () => void; fail: () => void }>();
  const load = (id: string) =>
    new Promise<void>((resolve, reject) => {
      started.push(id);
      gates.set(id, { open: resolve, fail: () => reject(new Error(id)) });
    });
  return { started, gates, load };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("FrameQueue", () => {
  it("loads in the order wanted, a few at a time", async () => {
    const { started, gates, load } = gated();
    const queue = new FrameQueue(load, 2);
    queue.want(["a", "b", "c", "d"]);
    expect(started).toEqual(["a", "b"]);
    gates.get("a")?.open();
    await settle();
    expect(started).toEqual(["a", "b", "c"]);
    expect([...queue.loaded]).toEqual(["a"]);
  });

  it("puts a new wish first and asks for nothing twice", async () => {
    const { started, gates, load } = gated();
    const queue = new FrameQueue(load, 1);
    queue.want(["a", "b", "c"]);
    queue.want(["c", "a", "b"]);
    gates.get("a")?.open();
    await settle();
    expect(started).toEqual(["a", "c"]);
  });

  it("remembers failures until told to try again", async () => {
    const { started, gates, load } = gated();
    const queue = new FrameQueue(load, 1);
    const heard = vi.fn();
    queue.onChange(heard);
    queue.want(["a"]);
    gates.get("a")?.fail();
    await settle();
    expect(queue.failed.has("a")).toBe(true);
    expect(heard).toHaveBeenCalledWith("a");
    queue.want(["a"]);
    expect(started).toEqual(["a"]);
    queue.retry();
    expect(started).toEqual(["a", "a"]);
  });

  it("starts nothing and tells nobody once closed", async () => {
    const { started, gates, load } = gated();
    const queue = new FrameQueue(load, 1);
    const heard = vi.fn();
    queue.onChange(heard);
    queue.want(["a", "b"]);
    queue.close();
    gates.get("a")?.open();
    await settle();
    expect(started).toEqual(["a"]);
    expect(heard).not.toHaveBeenCalled();
  });

  it("closes at once and settles when what is loading has ended, well or badly", async () => {
    const { started, gates, load } = gated();
    const queue = new FrameQueue(load, 2);
    queue.want(["a", "b", "c"]);
    let settled = false;
    const closed = queue.close().then(() => {
      settled = true;
    });
    gates.get("a")?.open();
    await settle();
    expect(settled).toBe(false);
    gates.get("b")?.fail();
    await closed;
    expect(started).toEqual(["a", "b"]);
  });
});
