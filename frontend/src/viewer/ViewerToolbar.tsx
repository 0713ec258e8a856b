import { useState } from "react";
import type { DragTool, StudyPlayer } from "./studyPlayer";
import styles from "./viewer.module.css";
import { WINDOW_PRESETS, type WindowPreset } from "./window";

export type Layout = "1" | "2" | "4";

const LAYOUTS: { id: Layout; name: string }[] = [
  { id: "1", name: "One view" },
  { id: "2", name: "Two views" },
  { id: "4", name: "Four views" },
];
const TOOLS: { id: DragTool; name: string; title: string }[] = [
  { id: "window", name: "Window", title: "Drag changes brightness and contrast" },
  { id: "pan", name: "Pan", title: "Drag moves the image (also the middle button)" },
  { id: "zoom", name: "Zoom", title: "Drag zooms (also the right button, or two fingers)" },
];

interface ViewerToolbarProps {
  player: StudyPlayer;
  playing: boolean;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  onSlice: (by: 1 | -1) => void;
  onHelp: () => void;
}

export function ViewerToolbar(props: ViewerToolbarProps) {
  const { player, playing } = props;
  const [tool, setTool] = useState<DragTool>("window");
  const [speed, setSpeed] = useState(player.speed);
  const [preset, setPreset] = useState<WindowPreset>("stored");

  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Viewer">
      <button
        type="button"
        className={`${styles.button} ${styles.play}`}
        data-testid="play-toggle"
        aria-keyshortcuts="Space"
        onClick={() => player.play(!playing)}
      >
        <span aria-hidden>{playing ? "❚❚" : "▶"}</span>
        {playing ? "Pause" : "Play"}
      </button>
      <div className={styles.group}>
        <Step label="Previous phase" sign="◂" onClick={() => player.stepPhase(-1)} />
        <span className={styles.label}>phase</span>
        <Step label="Next phase" sign="▸" onClick={() => player.stepPhase(1)} />
      </div>
      <div className={styles.group}>
        <Step label="Previous slice" sign="▴" onClick={() => props.onSlice(-1)} />
        <span className={styles.label}>slice</span>
        <Step label="Next slice" sign="▾" onClick={() => props.onSlice(1)} />
      </div>
      <select
        className={styles.select}
        aria-label="Speed"
        value={speed}
        onChange={(event) => {
          const next = Number(event.currentTarget.value);
          player.speed = next;
          setSpeed(next);
        }}
      >
        <option value={1}>Real time</option>
        <option value={0.5}>½ speed</option>
        <option value={0.25}>¼ speed</option>
      </select>
      <fieldset
        className={styles.group}
        style={{ border: 0, padding: 0, margin: 0 }}
        aria-label="Drag"
      >
        {TOOLS.map((entry) => (
          <button
            key={entry.id}
            type="button"
            className={styles.button}
            aria-pressed={tool === entry.id}
            title={entry.title}
            onClick={() => {
              setTool(entry.id);
              player.setDragTool(entry.id);
            }}
          >
            {entry.name}
          </button>
        ))}
      </fieldset>
      <select
        className={styles.select}
        aria-label="Window preset"
        value={preset}
        onChange={(event) => {
          const next = event.currentTarget.value as WindowPreset;
          setPreset(next);
          player.setWindow(next);
        }}
      >
        {WINDOW_PRESETS.map((entry) => (
          <option key={entry.id} value={entry.id}>
            {entry.name}
          </option>
        ))}
      </select>
      <button
        type="button"
        className={styles.button}
        onClick={() => {
          setPreset("stored");
          player.resetViews();
        }}
      >
        Reset
      </button>
      <span className={styles.spacer} />
      <select
        className={styles.select}
        aria-label="Layout"
        value={props.layout}
        onChange={(event) => props.onLayout(event.currentTarget.value as Layout)}
      >
        {LAYOUTS.map((entry) => (
          <option key={entry.id} value={entry.id}>
            {entry.name}
          </option>
        ))}
      </select>
      <button
        type="button"
        className={styles.button}
        aria-label="Keyboard help"
        title="Keyboard help (?)"
        onClick={props.onHelp}
      >
        ?
      </button>
    </div>
  );
}

function Step({ label, sign, onClick }: { label: string; sign: string; onClick: () => void }) {
  return (
    <button
      type="button"
      className={styles.button}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <span aria-hidden>{sign}</span>
    </button>
  );
}
