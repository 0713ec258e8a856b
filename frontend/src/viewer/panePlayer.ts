import { Enums, type RenderingEngine, type Types } from "@cornerstonejs/core";
import type { Stack, StudyDetail } from "../api/types";
import { phaseAt, type Rate, rateOf } from "./cineClock";
import { storedWindow } from "./cornerstone";
import type { FrameQueue } from "./frameQueue";
import { conventionalFlip } from "./orientation";
import { imageIdAt, isMissing, type Place } from "./stackIndex";
import { presetWindow, type Window, type WindowPreset, windowRange } from "./window";

/** What a pane has on screen. `missing`: the data has no image here and the pane is blank. */
export interface Shown extends Place {
  missing: boolean;
}

/** One viewport: draws the image of a place of its stack, never another in its stead. */
export class PanePlayer {
  readonly id: string;
  stack: Stack;
  slice: number;
  shown: Shown | null = null;
  onShown: (shown: Shown) => void = () => {};
  private readonly study: StudyDetail;
  private readonly engine: RenderingEngine;
  private readonly queue: FrameQueue;
  private imageIds: string[] = [];
  private indexOf = new Map<string, number>();
  private busy = false;
  private next: Place | null = null;
  private open = false;
  private hung: Stack | null = null;
  private generation = 0;
  private preset: WindowPreset = "stored";

  constructor(options: {
    id: string;
    element: HTMLDivElement;
    engine: RenderingEngine;
    queue: FrameQueue;
    study: StudyDetail;
    stack: Stack;
    slice: number;
  }) {
    this.id = options.id;
    this.engine = options.engine;
    this.queue = options.queue;
    this.study = options.study;
    this.stack = options.stack;
    this.slice = options.slice;
    this.engine.enableElement({
      viewportId: this.id,
      type: Enums.ViewportType.STACK,
      element: options.element,
      defaultOptions: { background: [0, 0, 0] },
    });
  }

  get viewport(): Types.IStackViewport {
    return this.engine.getViewport(this.id) as Types.IStackViewport;
  }

  get rate(): Rate {
    return rateOf(this.stack, this.slice);
  }

  /** Hangs a stack; it opens with the first image that is shown of it. */
  hang(stack: Stack): void {
    this.generation += 1;
    this.stack = stack;
    this.hung = stack;
    this.shown = null;
    this.next = null;
    this.open = false;
    this.imageIds = [];
    this.indexOf.clear();
    for (let s = 0; s < stack.slice_count; s += 1) {
      for (let p = 0; p < stack.phase_count; p += 1) {
        const id = imageIdAt(this.study, stack, { slice: s, phase: p });
        if (id) this.indexOf.set(id, this.imageIds.push(id) - 1);
      }
    }
  }

  /** True once this stack hangs, even if its first image is still coming. */
  holds(stack: Stack): boolean {
    return this.hung === stack;
  }

  /** The phase this pane should show at a fraction of the cycle. */
  phaseAt(fraction: number): number {
    return phaseAt(fraction, this.stack.phase_count, this.stack.frame_times_ms, this.rate.rrMs);
  }

  /**
   * Shows a place if its image is here; while an earlier image is still being drawn only the
   * newest wish is kept. An image that has not arrived leaves the screen, and its label, as it is.
   */
  show(place: Place): void {
    if (!this.hung) return;
    const { shown } = this;
    if (shown && !this.busy && shown.slice === place.slice && shown.phase === place.phase) return;
    if (isMissing(this.stack, place)) {
      if (this.busy) this.next = place;
      else this.report({ ...place, missing: true });
      return;
    }
    const imageId = imageIdAt(this.study, this.stack, place);
    const index = imageId === null ? undefined : this.indexOf.get(imageId);
    if (imageId === null || index === undefined || !this.queue.loaded.has(imageId)) return;
    if (this.busy) {
      this.next = place;
      return;
    }
    void this.draw(index, place);
  }

  private async draw(index: number, place: Place): Promise<void> {
    this.busy = true;
    const { generation } = this;
    try {
      if (this.open) await this.viewport.setImageIdIndex(index);
      else await this.begin(index);
      if (generation === this.generation) this.report({ ...place, missing: false });
    } catch {
      // The queue has the image, so this is a viewport that closed meanwhile: nothing to show.
    }
    this.busy = false;
    const { next } = this;
    this.next = null;
    if (next) this.show(next);
  }

  private async begin(index: number): Promise<void> {
    const { generation } = this;
    await this.viewport.setStack(this.imageIds, index);
    if (generation !== this.generation) return;
    this.open = true;
    this.turn();
    this.applyWindow(this.preset);
  }

  private report(shown: Shown): void {
    this.shown = shown;
    this.onShown(shown);
  }

  applyWindow(preset: WindowPreset): void {
    this.preset = preset;
    if (!this.open) return;
    const stored = storedWindow(this.imageIds) ?? this.currentWindow();
    if (!stored) return;
    this.viewport.setProperties({ voiRange: windowRange(presetWindow(stored, preset)) });
    this.viewport.render();
  }

  private turn(): void {
    const flip = conventionalFlip(this.stack);
    this.viewport.setCamera({ flipHorizontal: flip.horizontal, flipVertical: flip.vertical });
  }

  private currentWindow(): Window | null {
    const range = this.viewport.getProperties().voiRange;
    if (!range) return null;
    return { center: (range.lower + range.upper) / 2, width: range.upper - range.lower };
  }

  reset(): void {
    if (!this.open) return;
    this.viewport.resetCamera();
    this.turn();
    this.applyWindow("stored");
  }

  close(): void {
    this.generation += 1;
    this.hung = null;
    this.open = false;
    this.engine.disableElement(this.id);
  }
}
