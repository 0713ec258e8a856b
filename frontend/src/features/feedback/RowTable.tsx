import { Fragment, type ReactNode } from "react";
import type { Grade, GradeRow, RowKind } from "../../api/types";
import { addUp, plain, signed } from "./arithmetic";
import styles from "./feedback.module.css";
import { KINDS } from "./kinds";

interface RowTableProps {
  grade: Grade;
  active: number | null;
  onActive: (row: number | null) => void;
  onPick: (row: number) => void;
  /** What stands under a row besides the rules' own sentence. */
  under?: (row: GradeRow) => ReactNode;
}

/** Row by row how the score came about; the printed points add up to the printed score. */
export function RowTable({ grade, active, onActive, onPick, under }: RowTableProps) {
  const sum = addUp(grade.rows);
  return (
    <table className={styles.rows} data-testid="grade-rows">
      <thead>
        <tr>
          <th scope="col">#</th>
          <th scope="col">Result</th>
          <th scope="col">Finding</th>
          <th scope="col" className={styles.number}>
            Points
          </th>
          <th scope="col" className={styles.number}>
            of
          </th>
        </tr>
      </thead>
      <tbody>
        {grade.rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a grade's rows never change
          <Fragment key={index}>
            <tr
              id={`row-${index}`}
              data-kind={row.kind}
              data-active={active === index}
              data-testid="grade-row"
              onMouseEnter={() => onActive(index)}
              onMouseLeave={() => onActive(null)}
            >
              <td className={styles.rowNumber}>{index + 1}</td>
              <td>
                <Kind kind={row.kind} />
              </td>
              <td>
                <button
                  type="button"
                  className={styles.rowName}
                  onFocus={() => onActive(index)}
                  onBlur={() => onActive(null)}
                  onClick={() => onPick(index)}
                >
                  {row.name}
                </button>
                <div className={styles.sentence}>{row.sentence}</div>
                <SecondReader row={row} />
              </td>
              <td className={styles.number} data-points={row.points}>
                {signed(sum.points[index] ?? 0)}
              </td>
              <td className={styles.number}>{row.kind === "CAP" ? "" : plain(row.possible)}</td>
            </tr>
            {under && row.kind !== "CAP" && (
              <tr
                className={styles.under}
                data-active={active === index}
                onMouseEnter={() => onActive(index)}
                onMouseLeave={() => onActive(null)}
              >
                <td />
                <td colSpan={4}>{under(row)}</td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
      <tfoot>
        {sum.cap !== 0 && (
          <>
            <tr>
              <td colSpan={3}>
                Rows 1 to {grade.rows.filter((row) => row.kind !== "CAP").length} together
              </td>
              <td className={styles.number}>{plain(sum.raw)}</td>
              <td />
            </tr>
            <tr>
              <td colSpan={3}>Taken off by the cap</td>
              <td className={styles.number}>{signed(sum.cap)}</td>
              <td />
            </tr>
          </>
        )}
        <tr className={styles.total}>
          <td colSpan={3}>Score</td>
          <td className={styles.number} data-testid="row-sum">
            {plain(sum.score)}
          </td>
          <td className={styles.number}>100</td>
        </tr>
      </tfoot>
    </table>
  );
}

function Kind({ kind }: { kind: RowKind }) {
  const look = KINDS[kind];
  return (
    <span className={styles.kind} style={{ "--kind": look.color } as React.CSSProperties}>
      <span aria-hidden className={styles.sign}>
        {look.sign}
      </span>
      {look.name}
    </span>
  );
}

/** What the image model has to say of a row: it excuses and asks for a person, and never judges. */
function SecondReader({ row }: { row: GradeRow }) {
  if (row.disputed) {
    return (
      <div className={styles.secondReader} data-testid="disputed">
        The image model sides with you. The points stand until an educator has looked.
      </div>
    );
  }
  if (row.may_be_omitted) {
    return (
      <div className={styles.secondReader} data-testid="may-be-omitted">
        It costs you nothing: your educator is told that the report may have left it out.
      </div>
    );
  }
  return null;
}
