import { Alert, Anchor, Button, Loader, Paper, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation, useParams } from "react-router";
import { ApiError } from "../../api/client";
import { progressQuery, readQuery } from "../../api/queries";
import type { Grade, GradeRow, Read } from "../../api/types";
import { NotFoundPage } from "../../app/ErrorPage";
import { Answer } from "../../components/Answer";
import { PageHead } from "../../components/PageHead";
import { When } from "../../components/When";
import { addUp, plain } from "./arithmetic";
import { CaseImages } from "./CaseImages";
import { conceptOf } from "./decisions";
import styles from "./feedback.module.css";
import { KINDS } from "./kinds";
import { MarkedText } from "./MarkedText";
import { NeighbourList } from "./NeighbourList";
import { RowReview } from "./RowReview";
import { RowTable } from "./RowTable";
import { readSpans } from "./spans";

export function FeedbackPage() {
  const { readId = "" } = useParams();
  const query = useQuery(readQuery(readId));
  useRefreshWhenGraded(query.data);
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFoundPage />;
  return (
    <Answer query={query} lines={6}>
      {(read) => <OneRead read={read} offline={query.isError} />}
    </Answer>
  );
}

/** A fresh grade changes titles, lists and progress, so these are asked for anew. */
function useRefreshWhenGraded(read: Read | undefined): void {
  const queryClient = useQueryClient();
  const before = useRef(read?.state);
  useEffect(() => {
    if (before.current === "waiting" && read?.state === "graded") {
      void queryClient.invalidateQueries({ queryKey: progressQuery.queryKey });
      for (const key of ["cases", "reads"]) void queryClient.invalidateQueries({ queryKey: [key] });
    }
    before.current = read?.state;
  }, [read?.state, queryClient]);
}

function OneRead({ read, offline }: { read: Read; offline: boolean }) {
  return (
    <div data-testid="feedback" data-state={read.state}>
      <PageHead
        title={read.case.title}
        lead={
          <>
            {readOf(read)}, submitted <When at={read.submitted_at} />
          </>
        }
        actions={
          <>
            <Button component={Link} to={`/cases/${read.case.id}`} variant="default">
              Open the case
            </Button>
            <Button component={Link} to="/">
              Next case
            </Button>
          </>
        }
      />
      {read.state === "waiting" && <Waiting read={read} offline={offline} />}
      {read.state === "failed" && (
        <Alert color="amber" title="This read could not be graded" role="alert" mb="lg">
          {read.failure ?? "The grader stopped without a reason."} Your text is kept as submitted.
        </Alert>
      )}
      {read.grade ? (
        <Graded read={read} grade={read.grade} />
      ) : (
        <Paper withBorder p="lg" mb="xl">
          <Title order={2} size="h3" mb="xs">
            {readOf(read)}
          </Title>
          <div className={styles.text}>{read.text}</div>
        </Paper>
      )}
      <CaseImages caseId={read.case.id} />
      {read.neighbours && <NeighbourList neighbours={read.neighbours} />}
    </div>
  );
}

/** Whose read this is, as a heading. */
function readOf(read: Read): string {
  return read.may_appeal ? "Your read" : `The read of ${read.fellow.name}`;
}

function Waiting({ read, offline }: { read: Read; offline: boolean }) {
  return (
    <Alert
      color="lagoon"
      mb="lg"
      icon={<Loader size={18} />}
      title="Your read is in and being graded"
      role="status"
    >
      {offline
        ? "The server does not answer at the moment; this page keeps asking."
        : "This takes a few seconds. The page updates by itself, and you may leave it: the read is kept."}
      <Text size="xs" c="ink.6" mt={4}>
        Read {read.id}
      </Text>
    </Alert>
  );
}

function Graded({ read, grade }: { read: Read; grade: Grade }) {
  const [active, setActive] = useState<number | null>(null);
  const asked = conceptOf(useLocation().hash);
  const askedRow = grade.rows.findIndex((row) => row.concept === asked);
  const [picked, setPicked] = useState<number | null>(askedRow < 0 ? null : askedRow);
  const shown = active ?? picked;
  const pick = (row: number) => {
    setPicked((old) => (old === row ? null : row));
    document.getElementById(`row-${row}`)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  useEffect(() => {
    if (askedRow >= 0) document.getElementById(`row-${askedRow}`)?.scrollIntoView();
  }, [askedRow]);
  const marks = { rows: grade.rows, active: shown, onActive: setActive, onPick: pick };
  return (
    <>
      <ScoreLine grade={grade} />
      <div className={styles.columns}>
        <div className={styles.texts}>
          <Paper withBorder p="lg">
            <Title order={2} size="h3" mb="xs">
              {readOf(read)}
            </Title>
            <MarkedText
              id="read-marked"
              text={read.text}
              spansOf={(row) => readSpans(row.read_spans)}
              unparsed={readSpans(grade.read_claims.unparsed)}
              {...marks}
            />
          </Paper>
          <Paper withBorder p="lg">
            <Title order={2} size="h3" mb="xs">
              The expert’s report
            </Title>
            {read.report ? (
              <MarkedText
                id="report-marked"
                text={read.report.text}
                spansOf={(row) => readSpans(row.report_spans)}
                unparsed={[]}
                {...marks}
              />
            ) : (
              <Text c="ink.6">The report is not open to you.</Text>
            )}
          </Paper>
          <Legend rows={grade.rows} unparsed={grade.read_claims.unparsed.length > 0} />
        </div>
        <Paper withBorder className={styles.table ?? ""}>
          <RowTable
            grade={grade}
            active={shown}
            onActive={setActive}
            onPick={pick}
            under={(row) => (
              <RowReview read={read} row={row} asked={asked !== null && row.concept === asked} />
            )}
          />
          <p className={styles.versions}>
            <SecondReaderLine grade={grade} />
            Graded with vocabulary {grade.vocabulary_version} and rules {grade.rules_version}.
          </p>
        </Paper>
      </div>
    </>
  );
}

function SecondReaderLine({ grade }: { grade: Grade }) {
  const { agreed = 0, of = 0 } = grade.model_agreement;
  return (
    <span className={styles.agreement} data-testid="model-agreement">
      {of > 0
        ? `The image model, as second reader, agrees with your read on ${agreed} of ${of} findings that both speak about. That is no part of the score.`
        : "The image model, as second reader, has nothing to say about this read."}
    </span>
  );
}

function ScoreLine({ grade }: { grade: Grade }) {
  if (grade.score === null) {
    return (
      <Alert color="gray" mb="lg" title="Not gradable">
        Neither text states a finding that can be compared, so there is no score.
      </Alert>
    );
  }
  const sum = addUp(grade.rows);
  return (
    <div className={styles.scoreLine}>
      <div className={styles.score} data-testid="score" data-score={grade.score}>
        {plain(sum.score)}
        <span> of 100</span>
      </div>
      <div>
        {sum.cap === 0 ? (
          <Text>The rows below add up to this score.</Text>
        ) : (
          <>
            <Text>
              The findings add up to {plain(sum.raw)}; a cap holds the score at {plain(sum.score)}.
            </Text>
            {grade.caps.map((cap) => (
              <Text key={cap.reason} size="sm" c="ink.6">
                At most {plain(cap.limit)}: {cap.reason}
              </Text>
            ))}
          </>
        )}
        <Text size="sm" c="ink.6">
          Formative: made by rules from the two texts, not a judgement of competence.{" "}
          <Anchor component={Link} to="/progress" underline="always">
            Progress by finding
          </Anchor>
        </Text>
      </div>
    </div>
  );
}

function Legend({ rows, unparsed }: { rows: GradeRow[]; unparsed: boolean }) {
  const kinds = [...new Set(rows.map((row) => row.kind))];
  return (
    <p className={styles.legend}>
      {kinds.map((kind) => (
        <span
          key={kind}
          className={styles.kind}
          style={{ "--kind": KINDS[kind].color } as React.CSSProperties}
        >
          <span aria-hidden className={styles.sign}>
            {KINDS[kind].sign}
          </span>
          <span style={{ textDecoration: `underline ${KINDS[kind].line} ${KINDS[kind].color}` }}>
            {KINDS[kind].name}
          </span>
        </span>
      ))}
      {unparsed && <span className={styles.unparsed}>not understood, not graded</span>}
    </p>
  );
}
