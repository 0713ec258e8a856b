import { useEffect, useRef, useState } from "react";
import type { Stack } from "../api/types";
import { rateOf } from "./cineClock";
import { stackName } from "./hanging";
import { conventionalFlip, edgeLetters } from "./orientation";
import { PhaseStrip } from "./PhaseStrip";
import { writePhase } from "./phaseReadout";
import { imageCount, missingSentence } from "./stackIndex";
import type { StudyPlayer } from "./studyPlayer";
import styles from "./viewer.module.css";

interface CinePaneProps {
  player: StudyPlayer;
  index: number;
  stack: Stack;
  slice: number;
  active: boolean;
  playing: boolean;
  onActivate: () => void;
  onEnlarge: () => void;
  onSlice: (by: number) => void;
  onStack: (stackId: string) => void;
}

/** `opening`: no image yet; `missing`: the data has no image at this place, and the pane is blank. */
type PaneState = "opening" | "shown" | "missing";

/** One view of the study with what it shows said beside it. */
export function CinePane(props: CinePaneProps) {
  const { player, index, stack, slice, active, playing } = props;
  const element = useRef<HTMLDivElement>(null);
  const section = useRef<HTMLElement>(null);
  const paneId = `pane-${index}`;
  const [state, setState] = useState<PaneState>("opening");
  const [shownSlice, setShownSlice] = useState(slice);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the viewport outlives its stack and slice, which the next effect brings
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const pane = player.addPane(target, paneId, stack, slice);
    pane.onShown = (shown) => {
      // Thirty times a second in every view: written to the page directly, React only told of turns.
      if (section.current) writePhase(section.current, shown, pane.stack.phase_count);
      setShownSlice(shown.slice);
      setState(shown.missing ? "missing" : "shown");
    };
    return () => {
      pane.onShown = () => {};
      player.removePane(paneId);
    };
  }, [player, paneId]);

  useEffect(() => {
    if (!player.panes.get(paneId)?.holds(stack)) {
      delete section.current?.dataset.phaseIndex;
      setState("opening");
    }
    player.hang(paneId, stack, slice);
  }, [player, paneId, stack, slice]);

  const onSlice = useRef(props.onSlice);
  onSlice.current = props.onSlice;
  useWheel(element, onSlice, stack.slice_count > 1);

  const rate = rateOf(stack, slice);
  const count = imageCount(stack);
  const missing = missingSentence(stack, slice);
  const letters = edgeLetters(stack, conventionalFlip(stack));
  const name = stackName(stack, player.study.stacks);

  return (
    <section
      ref={section}
      className={styles.pane}
      aria-label={`View ${index + 1}: ${name}`}
      data-testid={paneId}
      data-view={stack.view}
      data-contrast={stack.contrast}
      data-slice-index={shownSlice}
      data-missing={state === "missing"}
      data-playing={playing}
      data-shown-images={count.shown}
      data-active={active}
      onPointerDown={props.onActivate}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: enlarging is also on the keyboard and in the toolbar */}
      <div
        ref={element}
        className={styles.canvas}
        data-hidden={state !== "shown"}
        onDoubleClick={props.onEnlarge}
        onContextMenu={(event) => event.preventDefault()}
      />
      {state === "opening" && <p className={styles.waiting}>Loading the first image…</p>}
      {letters && (
        <div className={styles.edges} aria-hidden>
          <span className={styles.edgeLeft}>{letters.left}</span>
          <span className={styles.edgeRight}>{letters.right}</span>
          <span className={styles.edgeTop}>{letters.top}</span>
          <span className={styles.edgeBottom}>{letters.bottom}</span>
        </div>
      )}
      <p className={styles.absent} hidden={state !== "missing"}>
        <span>
          Phase <span data-phase-number /> of slice {shownSlice + 1} is not in the data
        </span>
      </p>
      <header className={styles.paneTop}>
        <span className={styles.paneNumber} aria-hidden>
          {index + 1}
        </span>
        <select
          className={styles.stackPicker}
          value={stack.id}
          aria-label={`Stack shown in view ${index + 1}`}
          onChange={(event) => props.onStack(event.currentTarget.value)}
        >
          {player.study.stacks.map((option) => (
            <option key={option.id} value={option.id}>
              {stackName(option, player.study.stacks)}
            </option>
          ))}
        </select>
        <span className={styles.sliceLabel} data-testid={`${paneId}-slice`}>
          slice {slice + 1}/{stack.slice_count}
        </span>
      </header>
      <footer className={styles.paneBottom}>
        {missing && (
          <span className={styles.missing} data-testid={`${paneId}-missing`}>
            {missing}
          </span>
        )}
        <div className={styles.paneFacts}>
          <span data-testid={`${paneId}-phase`}>
            {stack.phase_count > 1 ? (
              <>
                phase <span data-phase-number>–</span>/{stack.phase_count}
              </>
            ) : (
              "still image"
            )}
          </span>
          {stack.phase_count > 1 && (
            <span data-testid={`${paneId}-rate`}>
              {rate.known ? `RR ${Math.round(rate.rrMs)} ms` : "rate not in the data"}
            </span>
          )}
          <span data-testid={`${paneId}-images`}>
            {count.shown} of {count.expected} images
          </span>
        </div>
        {stack.phase_count > 1 && (
          <PhaseStrip
            stack={stack}
            slice={slice}
            label={`Phase of view ${index + 1}`}
            onSeek={(to) => player.seekPhase(paneId, to)}
          />
        )}
      </footer>
    </section>
  );
}

/** Wheel moves slices, one for each notch, and never the page; a single slice leaves the page its wheel. */
function useWheel(
  element: React.RefObject<HTMLDivElement | null>,
  onSlice: React.RefObject<(by: number) => void>,
  slices: boolean,
): void {
  useEffect(() => {
    const target = element.current;
    if (!target || !slices) return;
    let gathered = 0;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      event.stopPropagation();
      gathered += event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 40;
      const steps = Math.trunc(gathered / 40);
      if (steps === 0) return;
      gathered = 0;
      onSlice.current(Math.sign(steps));
    };
    target.addEventListener("wheel", wheel, { passive: false, capture: true });
    return () => target.removeEventListener("wheel", wheel, { capture: true });
  }, [element, onSlice, slices]);
}
