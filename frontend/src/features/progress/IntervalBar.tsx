import type { Interval } from "../../api/types";
import styles from "./progress.module.css";
import { percent } from "./sentences";

interface IntervalBarProps {
  interval: Interval | null;
  tally: { n: number; correct: number };
  none: string;
}

/** An estimate with its 95 % interval on a scale from 0 to 100 %, and the counts it rests on. */
export function IntervalBar({ interval, tally, none }: IntervalBarProps) {
  if (!interval || tally.n === 0) return <span className={styles.none}>{none}</span>;
  const { value, low, high } = interval;
  return (
    <div className={styles.interval}>
      <svg viewBox="0 0 200 20" className={styles.bar} aria-hidden preserveAspectRatio="none">
        <line x1="0" x2="200" y1="10" y2="10" stroke="#dedacf" strokeWidth="2" />
        {[0, 100, 200].map((x) => (
          <line
            key={x}
            x1={x}
            x2={x}
            y1="5"
            y2="15"
            stroke="#c9c3b4"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        <rect
          x={low * 200}
          width={Math.max(2, (high - low) * 200)}
          y="6"
          height="8"
          rx="3"
          fill="#0072b2"
          opacity="0.35"
        />
        <rect x={Math.min(197, value * 200 - 1.5)} width="3" y="2" height="16" fill="#0f2429" />
      </svg>
      <span className={styles.figure}>
        <strong>{percent(value)}</strong> ({percent(low)} to {percent(high)})
        <br />
        {tally.correct} of {tally.n}
      </span>
    </div>
  );
}
