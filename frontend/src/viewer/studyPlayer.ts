import { imageLoader, RenderingEngine } from "@cornerstonejs/core";
import {
  PanTool,
  Enums as ToolEnums,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
} from "@cornerstonejs/tools";
import type { Stack, StudyDetail } from "../api/types";
import { advance, fractionOf } from "./cineClock";
import { forgetImages, hasMetadata } from "./cornerstone";
import { FrameQueue } from "./frameQueue";
import { PanePlayer } from "./panePlayer";
import { imageIdAt, isMissing, loopImageIds, stepPhase } from "./stackIndex";
import type { WindowPreset } from "./window";

export type DragTool = "window" | "pan" | "zoom";

const DRAG_TOOLS: Record<DragTool, string> = {
  window: WindowLevelTool.toolName,
  pan: PanTool.toolName,
  zoom: ZoomTool.toolName,
};

let players = 0;
/** The same study may be opened again while images of its last player are still on their way. */
const openPlayers = new Set<StudyPlayer>();

/**
 * Plays one study: owns the rendering engine, the queue of images, the panes and the one clock.
 * `close` gives all of it back; nothing of a study outlives its player.
 */
export class StudyPlayer {
  readonly study: StudyDetail;
  readonly queue: FrameQueue;
  readonly panes = new Map<string, PanePlayer>();
  playing = false;
  speed = 1;
  onPlaying: (playing: boolean) => void = () => {};
  private readonly engine: RenderingEngine;
  private readonly toolGroupId: string;
  private activeId = "";
  private fraction = 0;
  private lastTick: number | null = null;
  private tickRequest = 0;
  private autoplay: boolean;
  private closed = false;

  constructor(study: StudyDetail, options: { autoplay: boolean }) {
    players += 1;
    openPlayers.add(this);
    this.study = study;
    this.autoplay = options.autoplay;
    this.engine = new RenderingEngine(`study-player-${players}`);
    this.toolGroupId = `study-tools-${players}`;
    this.queue = new FrameQueue(loadFrame);
    this.queue.onChange(() => this.onFrame());
    this.makeTools();
  }

  private makeTools(): void {
    const group = ToolGroupManager.createToolGroup(this.toolGroupId);
    for (const name of Object.values(DRAG_TOOLS)) group?.addTool(name);
    this.setDragTool("window");
  }

  /** Chooses what a drag with the first button does; the middle one pans, the second zooms. */
  setDragTool(tool: DragTool): void {
    const group = ToolGroupManager.getToolGroup(this.toolGroupId);
    if (!group) return;
    const { Primary, Auxiliary, Secondary } = ToolEnums.MouseBindings;
    for (const name of Object.values(DRAG_TOOLS))
      group.setToolPassive(name, { removeAllBindings: true });
    const bindings: Record<DragTool, { mouseButton?: number; numTouchPoints?: number }[]> = {
      window: [],
      pan: [{ mouseButton: Auxiliary }],
      zoom: [{ mouseButton: Secondary }, { numTouchPoints: 2 }],
    };
    bindings[tool].push({ mouseButton: Primary }, { numTouchPoints: 1 });
    for (const key of Object.keys(bindings) as DragTool[]) {
      if (bindings[key].length) group.setToolActive(DRAG_TOOLS[key], { bindings: bindings[key] });
    }
  }

  addPane(element: HTMLDivElement, id: string, stack: Stack, slice: number): PanePlayer {
    const pane = new PanePlayer({
      id: `${this.engine.id}-${id}`,
      element,
      engine: this.engine,
      queue: this.queue,
      study: this.study,
      stack,
      slice,
    });
    this.panes.set(id, pane);
    ToolGroupManager.getToolGroup(this.toolGroupId)?.addViewport(pane.id, this.engine.id);
    if (!this.activeId) this.activeId = id;
    return pane;
  }

  removePane(id: string): void {
    const pane = this.panes.get(id);
    if (!pane) return;
    ToolGroupManager.getToolGroup(this.toolGroupId)?.removeViewports(this.engine.id, pane.id);
    this.panes.delete(id);
    if (!this.closed) pane.close();
  }

  /** Shows a stack's slice in a pane at the phase that the clock stands at. */
  hang(id: string, stack: Stack, slice: number): void {
    const pane = this.panes.get(id);
    if (!pane) return;
    if (!pane.holds(stack)) pane.hang(stack);
    pane.slice = slice;
    this.plan();
    this.draw();
  }

  setActive(id: string): void {
    this.activeId = id;
    this.plan();
  }

  private get active(): PanePlayer | undefined {
    return this.panes.get(this.activeId) ?? this.panes.values().next().value;
  }

  /** The beat that the clock plays: that of the active pane's slice. */
  get rate() {
    return this.active?.rate ?? { rrMs: 1000, known: false };
  }

  play(playing: boolean): void {
    this.autoplay = false;
    this.setPlaying(playing);
  }

  private setPlaying(playing: boolean): void {
    if (this.playing === playing || this.closed) return;
    this.playing = playing;
    this.lastTick = null;
    cancelAnimationFrame(this.tickRequest);
    if (playing) this.tickRequest = requestAnimationFrame(this.tick);
    this.onPlaying(playing);
  }

  private tick = (now: number): void => {
    if (this.closed || !this.playing) return;
    if (this.lastTick !== null) {
      this.fraction = advance(this.fraction, now - this.lastTick, this.rate.rrMs, this.speed);
    }
    this.lastTick = now;
    this.draw();
    this.tickRequest = requestAnimationFrame(this.tick);
  };

  /** Stops and moves the active pane one phase; the others follow by fraction of the cycle. */
  stepPhase(by: 1 | -1): void {
    const pane = this.active;
    if (!pane) return;
    this.play(false);
    const from = pane.shown?.phase ?? pane.phaseAt(this.fraction);
    this.seek(pane, stepPhase(pane.stack, { slice: pane.slice, phase: from }, by));
  }

  /** Stops and goes to a phase of a pane. */
  seekPhase(id: string, phase: number): void {
    const pane = this.panes.get(id);
    if (!pane) return;
    this.play(false);
    this.seek(pane, phase);
  }

  private seek(pane: PanePlayer, phase: number): void {
    const { phase_count, frame_times_ms } = pane.stack;
    this.fraction = fractionOf(phase, phase_count, frame_times_ms, pane.rate.rrMs);
    this.draw();
  }

  setWindow(preset: WindowPreset): void {
    for (const pane of this.panes.values()) pane.applyWindow(preset);
  }

  resetViews(): void {
    for (const pane of this.panes.values()) pane.reset();
  }

  resize(): void {
    if (!this.closed && this.panes.size > 0) this.engine.resize(true, true);
  }

  private draw(): void {
    for (const pane of this.panes.values()) {
      pane.show({ slice: pane.slice, phase: pane.phaseAt(this.fraction) });
    }
  }

  /** Loads the loops on show first, the active pane's before the others', then what may be next. */
  private plan(): void {
    const panes = [...this.panes.values()];
    const active = this.active;
    const ordered = active ? [active, ...panes.filter((pane) => pane !== active)] : panes;
    const wanted: string[] = [];
    for (const pane of ordered) wanted.push(...loopImageIds(this.study, pane.stack, pane.slice));
    for (const pane of ordered) {
      for (const slice of nearestFirst(pane.stack.slice_count, pane.slice)) {
        wanted.push(...loopImageIds(this.study, pane.stack, slice));
      }
    }
    wanted.push(...allImageIds(this.study));
    this.queue.want([...new Set(wanted)]);
  }

  private onFrame(): void {
    if (!this.playing) this.draw();
    if (!this.autoplay || this.panes.size === 0) return;
    if ([...this.panes.values()].every((pane) => this.loopSettled(pane))) {
      this.autoplay = false;
      this.setPlaying(true);
    }
  }

  private loopSettled(pane: PanePlayer): boolean {
    const { stack, slice } = pane;
    for (let phase = 0; phase < stack.phase_count; phase += 1) {
      if (isMissing(stack, { slice, phase })) continue;
      const id = imageIdAt(this.study, stack, { slice, phase });
      if (id && !this.queue.loaded.has(id) && !this.queue.failed.has(id)) return false;
    }
    return true;
  }

  close(): void {
    this.setPlaying(false);
    this.closed = true;
    cancelAnimationFrame(this.tickRequest);
    const settled = this.queue.close();
    ToolGroupManager.destroyToolGroup(this.toolGroupId);
    this.engine.destroy();
    this.panes.clear();
    openPlayers.delete(this);
    // The loader still reads the metadata of images on their way.
    void settled.then(() => {
      const inUse = [...openPlayers].some((player) => player.study.id === this.study.id);
      if (!inUse) forgetImages(allImageIds(this.study));
    });
  }
}

function allImageIds(study: StudyDetail): string[] {
  return study.stacks.flatMap((stack) =>
    Array.from({ length: stack.slice_count }, (_, slice) =>
      loopImageIds(study, stack, slice),
    ).flat(),
  );
}

/** Slices in order of their distance from the one on show. */
function nearestFirst(count: number, from: number): number[] {
  return Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => Math.abs(a - from) - Math.abs(b - from),
  );
}

function loadFrame(imageId: string): Promise<unknown> {
  if (!hasMetadata(imageId)) return Promise.reject(new Error("The image has no metadata."));
  return imageLoader.loadAndCacheImage(imageId);
}
