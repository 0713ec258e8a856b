import type { Stack } from "../api/types";
import { isMissing } from "./stackIndex";
import styles from "./viewer.module.css";

interface PhaseStripProps {
  stack: Stack;
  slice: number;
  label: string;
  onSeek: (phase: number) => void;
}

/** The cycle as a row of phases: `writePhase` marks the one on show, and missing ones are hatched gaps. */
export function PhaseStrip({ stack, slice, label, onSeek }: PhaseStripProps) {
  const seek = (event: React.PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    onSeek(Math.max(0, Math.min(stack.phase_count - 1, Math.floor(part * stack.phase_count))));
  };
  return (
    <div
      className={styles.strip}
      role="slider"
      tabIndex={-1}
      aria-label={label}
      aria-valuemin={1}
      aria-valuemax={stack.phase_count}
      aria-valuenow={1}
      data-phase-strip
      onPointerDown={seek}
      onPointerMove={(event) => event.buttons === 1 && seek(event)}
    >
      {Array.from({ length: stack.phase_count }, (_, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the phase
          key={index}
          className={styles.tick}
          data-missing={isMissing(stack, { slice, phase: index })}
        />
      ))}
    </div>
  );
}
