import { ApiError, OfflineError } from "../../api/client";
import type { Draft } from "../../api/types";
import type { DraftBackup } from "./draftBackup";

export type SaveState = "saved" | "unsaved" | "saving" | "offline" | "refused" | "conflict";

export interface DraftView {
  text: string;
  state: SaveState;
  savedAt: string | null;
  /** The server's draft when another tab or device has changed it. */
  other: Draft | null;
  /** Why the server refused to save, in its own sentence. */
  problem: string | null;
}

export interface DraftTools {
  put: (text: string, version: number) => Promise<Draft>;
  backup: {
    load: () => DraftBackup | null;
    keep: (backup: DraftBackup) => void;
    drop: () => void;
  };
}

const QUIET_MS = 700;
const RETRY_MS = 4000;

/**
 * Keeps one draft safe: in the browser at every keystroke, on the server shortly after.
 * Saves never overlap, each names the version it builds on, and a stale one becomes a conflict
 * for the reader to settle instead of overwriting what was written elsewhere.
 */
export class DraftKeeper {
  view: DraftView;
  readId: string;
  private version: number;
  private savedText: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saving: Promise<void> | null = null;
  private closed = false;
  private listeners = new Set<() => void>();
  private readonly tools: DraftTools;

  constructor(draft: Draft, tools: DraftTools) {
    this.tools = tools;
    this.readId = draft.read_id;
    this.version = draft.version;
    this.savedText = draft.text;
    this.view = {
      text: draft.text,
      state: "saved",
      savedAt: draft.version > 0 ? draft.saved_at : null,
      other: null,
      problem: null,
    };
    this.restore(draft);
  }

  private restore(draft: Draft): void {
    const backup = this.tools.backup.load();
    if (!backup) return;
    if (backup.readId !== draft.read_id || backup.text === draft.text) {
      this.tools.backup.drop();
      return;
    }
    const stale = backup.version !== draft.version;
    this.view = {
      ...this.view,
      text: backup.text,
      state: stale ? "conflict" : "unsaved",
      other: stale ? draft : null,
    };
    if (!stale) this.schedule(0);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): DraftView => this.view;

  private set(change: Partial<DraftView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }

  write(text: string): void {
    if (this.closed) return;
    this.tools.backup.keep({ readId: this.readId, version: this.version, text });
    if (this.view.state === "conflict") {
      this.set({ text });
      return;
    }
    this.set({ text, state: this.view.state === "offline" ? "offline" : "unsaved", problem: null });
    this.schedule(QUIET_MS);
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), delay);
  }

  /** Saves now if anything is unsaved, after any save under way. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    while (this.saving) await this.saving;
    if (this.closed || this.view.state === "conflict" || this.view.text === this.savedText) return;
    this.saving = this.save();
    await this.saving;
    this.saving = null;
    if (!this.closed && this.view.state === "unsaved") this.schedule(QUIET_MS);
  }

  private async save(): Promise<void> {
    const { text } = this.view;
    this.set({ state: "saving" });
    try {
      this.took(await this.tools.put(text, this.version), text);
    } catch (reason) {
      if (!this.closed) this.failed(reason);
    }
  }

  private took(draft: Draft, text: string): void {
    this.version = draft.version;
    this.readId = draft.read_id;
    this.savedText = text;
    if (this.closed) return;
    const current = this.view.text === text;
    if (current) this.tools.backup.drop();
    else
      this.tools.backup.keep({ readId: this.readId, version: this.version, text: this.view.text });
    this.set({ state: current ? "saved" : "unsaved", savedAt: draft.saved_at, problem: null });
  }

  private failed(reason: unknown): void {
    const other = conflictingDraft(reason);
    if (other && other.text === this.view.text) {
      this.took(other, other.text); // An earlier save of the same words arrived after all.
    } else if (other) {
      this.set({ state: "conflict", other });
    } else if (reason instanceof ApiError && reason.status < 500) {
      this.set({ state: "refused", problem: reason.message });
    } else {
      const problem = reason instanceof OfflineError ? null : "The server could not save just now.";
      this.set({ state: "offline", problem });
      this.schedule(RETRY_MS);
    }
  }

  /** Settles a conflict: this text goes on from the other version, or the other text is taken. */
  settle(keep: "mine" | "other"): void {
    const { other } = this.view;
    if (!other) return;
    this.version = other.version;
    this.readId = other.read_id;
    this.savedText = other.text;
    if (keep === "other") {
      this.tools.backup.drop();
      this.set({ text: other.text, state: "saved", savedAt: other.saved_at, other: null });
      return;
    }
    this.tools.backup.keep({ readId: this.readId, version: this.version, text: this.view.text });
    this.set({ state: "unsaved", other: null });
    this.schedule(0);
  }

  /** Call when the connection is back. */
  retry(): void {
    if (this.view.state === "offline") this.schedule(0);
  }

  /** The page is going: saves what is unsaved and ends, unless someone listens again by then. */
  leave(): void {
    setTimeout(async () => {
      if (this.listeners.size > 0) return;
      await this.flush();
      if (this.listeners.size === 0) this.close({ drop: false });
    }, 0);
  }

  /** Ends the keeping: the read was submitted, or the page closes. The backup stays unless told. */
  close(options: { drop: boolean }): void {
    this.closed = true;
    clearTimeout(this.timer);
    if (options.drop) this.tools.backup.drop();
    this.listeners.clear();
  }
}

function conflictingDraft(reason: unknown): Draft | null {
  if (!(reason instanceof ApiError) || reason.status !== 409) return null;
  const body = reason.body as { draft?: Draft } | null;
  return body?.draft ?? null;
}
