import { VisuallyHidden } from "@mantine/core";
import type { GradeRow } from "../../api/types";
import styles from "./feedback.module.css";
import { KINDS } from "./kinds";
import { cutText, type Piece, type Span } from "./spans";

interface MarkedTextProps {
  id: string;
  text: string;
  rows: GradeRow[];
  spansOf: (row: GradeRow) => Span[];
  unparsed: Span[];
  active: number | null;
  onActive: (row: number | null) => void;
  onPick: (row: number) => void;
}

/** A text whose spans carry the colour, the line and the number of the rows that rest on them. */
export function MarkedText(props: MarkedTextProps) {
  const pieces = cutText(props.text, props.rows.map(props.spansOf), props.unparsed);
  return (
    <div className={styles.text} data-testid={props.id}>
      {pieces.map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text keep their places
        <PieceOfText key={index} {...props} piece={piece} last={isLast(pieces, index)} />
      ))}
    </div>
  );
}

/** The rows whose last piece this is: their numbers stand behind it. */
function isLast(pieces: Piece[], index: number): number[] {
  const next = pieces[index + 1]?.rows ?? [];
  return (pieces[index] as Piece).rows.filter((row) => !next.includes(row));
}

function PieceOfText({
  piece,
  last,
  rows,
  active,
  onActive,
  onPick,
}: MarkedTextProps & { piece: Piece; last: number[] }) {
  const first = piece.rows[0];
  if (first === undefined) {
    if (!piece.unparsed) return <>{piece.text}</>;
    return (
      <span
        className={styles.unparsed}
        title="These words were not understood and were not graded."
      >
        {piece.text}
      </span>
    );
  }
  const shown = active !== null && piece.rows.includes(active) ? active : first;
  const look = KINDS[(rows[shown] as GradeRow).kind];
  return (
    <button
      type="button"
      className={styles.span}
      data-active={active !== null && piece.rows.includes(active)}
      data-kind={(rows[shown] as GradeRow).kind}
      style={{ "--kind": look.color, textDecorationStyle: look.line } as React.CSSProperties}
      onMouseEnter={() => onActive(first)}
      onMouseLeave={() => onActive(null)}
      onFocus={() => onActive(first)}
      onBlur={() => onActive(null)}
      onClick={() => onPick(first)}
    >
      {piece.text}
      {last.length > 0 && (
        <sup className={styles.marker} aria-hidden>
          {last.map((row) => row + 1).join(",")}
        </sup>
      )}
      <VisuallyHidden>{spoken(piece, rows)}</VisuallyHidden>
    </button>
  );
}

/** " (row 2, Missed; row 5, Cap)": what a screen reader hears after the words themselves. */
function spoken(piece: Piece, rows: GradeRow[]): string {
  const parts = piece.rows.map(
    (row) => `row ${row + 1}, ${KINDS[(rows[row] as GradeRow).kind].name}`,
  );
  return ` (${parts.join("; ")})`;
}
