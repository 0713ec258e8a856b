/**
 * Loads images in the order in which they are wanted, a few at a time.
 *
 * `want` replaces the order: images of the loops on show come first, then their other slices. An
 * image that is already loading finishes; one that failed is not asked for again until `retry`.
 */
export class FrameQueue {
  readonly loaded = new Set<string>();
  readonly failed = new Set<string>();
  private order: string[] = [];
  private running = new Map<string, Promise<void>>();
  private listeners = new Set<(imageId: string) => void>();
  private closed = false;
  private readonly load: (imageId: string) => Promise<unknown>;
  private readonly limit: number;

  constructor(load: (imageId: string) => Promise<unknown>, limit = 6) {
    this.load = load;
    this.limit = limit;
  }

  /** States what is wanted, most urgent first. */
  want(imageIds: string[]): void {
    this.order = imageIds.filter((id) => !this.loaded.has(id) && !this.failed.has(id));
    this.pump();
  }

  retry(): void {
    const again = [...this.failed];
    this.failed.clear();
    this.want([...this.order, ...again]);
  }

  /** Calls `listener` whenever an image has loaded or failed. Gives the way to stop. */
  onChange(listener: (imageId: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts nothing more; settles when what is loading has ended. */
  close(): Promise<void> {
    this.closed = true;
    this.order = [];
    this.listeners.clear();
    return Promise.all(this.running.values()).then(() => {});
  }

  private pump(): void {
    while (!this.closed && this.running.size < this.limit) {
      const next = this.order.shift();
      if (next === undefined) return;
      if (this.loaded.has(next) || this.running.has(next)) continue;
      this.running.set(next, this.fetch(next));
    }
  }

  private async fetch(imageId: string): Promise<void> {
    try {
      await this.load(imageId);
      this.loaded.add(imageId);
    } catch {
      this.failed.add(imageId);
    }
    this.running.delete(imageId);
    if (this.closed) return;
    for (const listener of this.listeners) listener(imageId);
    this.pump();
  }
}
