import { useEffect, useRef, useState } from "react";
import type { StudyDetail } from "../api/types";
import { CinePane } from "./CinePane";
import { loadMetadata, startCornerstone } from "./cornerstone";
import { defaultHanging, openingSlice } from "./hanging";
import { KeyboardHelp } from "./KeyboardHelp";
import { commandFor } from "./shortcuts";
import { stepSlice } from "./stackIndex";
import { StudyPlayer } from "./studyPlayer";
import { ViewerStatus } from "./ViewerStatus";
import { type Layout, ViewerToolbar } from "./ViewerToolbar";
import styles from "./viewer.module.css";

interface PaneChoice {
  stackId: string;
  slice: number;
}

interface CineViewerProps {
  study: StudyDetail;
  /** True where the page is there for the images: the keys then work wherever the focus is. */
  ownsPage?: boolean;
}

/** Opens a study: starts the engine, fetches the metadata, and then shows the views. */
export function CineViewer({ study, ownsPage = false }: CineViewerProps) {
  const [player, setPlayer] = useState<StudyPlayer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` is how trying again starts over
  useEffect(() => {
    const stop = new AbortController();
    let opened: StudyPlayer | null = null;
    setFailure(null);
    (async () => {
      await Promise.all([startCornerstone(), loadMetadata(study, stop.signal)]);
      if (stop.signal.aborted) return;
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      opened = new StudyPlayer(study, { autoplay: !still });
      setPlayer(opened);
    })().catch((reason: unknown) => {
      if (!stop.signal.aborted) setFailure(sentenceOf(reason));
    });
    return () => {
      stop.abort();
      setPlayer(null);
      opened?.close();
    };
  }, [study.id, study.study_instance_uid, attempt]);

  if (failure) {
    return (
      <div className={styles.message} role="alert">
        <span>{failure}</span>
        <div>
          <button type="button" className={styles.button} onClick={() => setAttempt((n) => n + 1)}>
            Try again
          </button>
        </div>
      </div>
    );
  }
  if (study.stacks.length === 0) {
    return <div className={styles.message}>This study holds no images that can be shown.</div>;
  }
  if (!player || player.study.id !== study.id) {
    return <div className={styles.message}>Opening the study…</div>;
  }
  return <OpenViewer key={study.id} player={player} ownsPage={ownsPage} />;
}

function sentenceOf(reason: unknown): string {
  if (reason instanceof TypeError)
    return "The server cannot be reached, so the images cannot be opened.";
  return reason instanceof Error ? reason.message : "The images could not be opened.";
}

function OpenViewer({ player, ownsPage }: { player: StudyPlayer; ownsPage: boolean }) {
  const { study } = player;
  const root = useRef<HTMLDivElement>(null);
  const viewer = useRef<HTMLDivElement>(null);
  const [choices, setChoices] = useState<PaneChoice[]>(() => firstChoices(study));
  const [layout, setLayout] = useState<Layout>(() => layoutFor(firstChoices(study).length));
  const [active, setActive] = useState(0);
  const [enlarged, setEnlarged] = useState(false);
  const [playing, setPlaying] = useState(player.playing);
  const [help, setHelp] = useState(false);

  useEffect(() => {
    player.onPlaying = setPlaying;
    return () => {
      player.onPlaying = () => {};
    };
  }, [player]);

  useEffect(() => {
    const grid = root.current;
    if (!grid) return;
    const observer = new ResizeObserver(() => player.resize());
    observer.observe(grid);
    for (const cell of grid.querySelectorAll(`.${styles.pane}`)) observer.observe(cell);
    return () => observer.disconnect();
  });

  useEffect(() => player.setActive(`pane-${active}`), [player, active]);

  const visible = visiblePanes(choices, layout, enlarged ? active : null);
  const stackById = (id: string) => study.stacks.find((stack) => stack.id === id);

  const moveSlice = (pane: number, by: number) =>
    setChoices((old) =>
      old.map((choice, index) => {
        const stack = stackById(choice.stackId);
        if (index !== pane || !stack) return choice;
        return { ...choice, slice: stepSlice(stack, choice.slice, by) };
      }),
    );
  const pickStack = (pane: number, stackId: string) => {
    const stack = stackById(stackId);
    if (!stack) return;
    setChoices((old) =>
      old.map((choice, index) =>
        index === pane ? { stackId, slice: openingSlice(stack) } : choice,
      ),
    );
  };
  const activate = (pane: number) => setActive(pane);
  const pickLayout = (next: Layout) => {
    setEnlarged(false);
    setChoices((old) => filledChoices(old, study, Number(next)));
    setLayout(next);
    if (active >= Number(next)) setActive(0);
  };

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const inside =
        viewer.current?.contains(event.target as Node) || viewer.current?.matches(":hover");
      const command = ownsPage || inside ? commandFor(event) : null;
      if (!command) return;
      event.preventDefault();
      if (command.do === "toggle-play") player.play(!player.playing);
      else if (command.do === "slice") moveSlice(active, command.by);
      else if (command.do === "phase") player.stepPhase(command.by);
      else if (command.do === "help") setHelp((open) => !open);
      else if (command.do === "enlarge") setEnlarged((large) => !large);
      else if (command.do === "reset") player.resetViews();
      else if (command.do === "pane" && command.index < Math.min(choices.length, Number(layout))) {
        if (command.index === active) setEnlarged((large) => !large);
        else setActive(command.index);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });

  return (
    <section
      ref={viewer}
      className={styles.viewer}
      aria-label="Images"
      data-testid="cine-viewer"
      data-playing={playing}
    >
      <ViewerToolbar
        player={player}
        playing={playing}
        layout={layout}
        onLayout={pickLayout}
        onSlice={(by) => moveSlice(active, by)}
        onHelp={() => setHelp(true)}
      />
      <div className={styles.gridFrame}>
        <div
          ref={root}
          className={styles.grid}
          data-panes={visible.length}
          data-testid="viewer-grid"
        >
          {visible.map((pane) => {
            const choice = choices[pane];
            const stack = choice && stackById(choice.stackId);
            if (!choice || !stack) return null;
            return (
              <CinePane
                key={pane}
                player={player}
                index={pane}
                stack={stack}
                slice={choice.slice}
                active={pane === active}
                playing={playing}
                onActivate={() => activate(pane)}
                onEnlarge={() => setEnlarged((large) => !large)}
                onSlice={(by) => moveSlice(pane, by)}
                onStack={(stackId) => pickStack(pane, stackId)}
              />
            );
          })}
        </div>
      </div>
      <ViewerStatus player={player} />
      <KeyboardHelp opened={help} onClose={() => setHelp(false)} />
    </section>
  );
}

function firstChoices(study: StudyDetail): PaneChoice[] {
  return defaultHanging(study.stacks).map((stackId) => choiceOf(study, stackId));
}

function choiceOf(study: StudyDetail, stackId: string): PaneChoice {
  const stack = study.stacks.find((candidate) => candidate.id === stackId);
  return { stackId, slice: stack ? openingSlice(stack) : 0 };
}

/** Fills up to `count` panes: stacks that do not hang yet first, then the first stack again. */
function filledChoices(old: PaneChoice[], study: StudyDetail, count: number): PaneChoice[] {
  const choices = [...old];
  for (const stack of study.stacks) {
    if (choices.length >= count) break;
    if (!choices.some((choice) => choice.stackId === stack.id))
      choices.push(choiceOf(study, stack.id));
  }
  const first = study.stacks[0];
  while (first && choices.length < count) choices.push(choiceOf(study, first.id));
  return choices;
}

function layoutFor(count: number): Layout {
  if (count >= 3) return "4";
  return count === 2 ? "2" : "1";
}

function visiblePanes(choices: PaneChoice[], layout: Layout, only: number | null): number[] {
  if (only !== null) return [only];
  return choices.map((_, index) => index).slice(0, Number(layout));
}
