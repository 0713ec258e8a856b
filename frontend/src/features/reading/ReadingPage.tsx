import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { ApiError } from "../../api/client";
import { caseQuery, draftQuery } from "../../api/queries";
import type { CaseDetail } from "../../api/types";
import { NotFoundPage } from "../../app/ErrorPage";
import { usePageTitle } from "../../components/PageHead";
import { Score } from "../../components/Score";
import { When } from "../../components/When";
import { useSession } from "../session/useSession";
import { ReadEditor } from "./ReadEditor";
import styles from "./reading.module.css";

const CineViewer = lazy(async () => ({
  default: (await import("../../viewer/CineViewer")).CineViewer,
}));

/** The images on the left, the read on the right. */
export function ReadingPage() {
  const { caseId = "" } = useParams();
  const query = useQuery({
    ...caseQuery(caseId),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
  });
  if (query.data === undefined) {
    if (query.error instanceof ApiError && query.error.status === 404) {
      return (
        <main id="content" className={styles.absent}>
          <NotFoundPage />
        </main>
      );
    }
    return (
      <main id="content" className={styles.waiting} aria-busy={query.isPending}>
        {query.error ? <span role="alert">{query.error.message}</span> : "Opening the case…"}
      </main>
    );
  }
  return <OpenCase key={caseId} entry={query.data} />;
}

function OpenCase({ entry }: { entry: CaseDetail }) {
  usePageTitle(entry.title);
  const { data: session } = useSession();
  const [again, setAgain] = useState(false);
  const draft = useQuery(draftQuery(entry.id));
  const text = useRef<HTMLTextAreaElement>(null);
  useTextKeys(text);
  const resume = draft.data !== undefined && draft.data.text.trim() !== "";
  const writing = entry.latest_read === null || again || resume;

  return (
    <main id="content" className={styles.page}>
      <div className={styles.images}>
        <Suspense fallback={<div className={styles.waiting}>Opening the viewer…</div>}>
          <CineViewer study={entry.study} ownsPage />
        </Suspense>
      </div>
      <aside className={styles.read} aria-label="Your read">
        <header>
          <h1 className={styles.title}>{entry.title}</h1>
          <p className={styles.history}>{entry.history || "No history was given."}</p>
          <p className={styles.facts}>{facts(entry)}</p>
        </header>
        {entry.latest_read && (
          <div className={styles.earlier}>
            <span>
              You submitted a read of this case on <When at={entry.latest_read.submitted_at} />.
            </span>
            <span className={styles.earlierLine}>
              <Score state={entry.latest_read.state} score={entry.latest_read.score} />
              <Anchor component={Link} to={`/reads/${entry.latest_read.id}`} c="#8fd3c8">
                See its feedback
              </Anchor>
            </span>
            {!writing && (
              <button type="button" className={styles.button} onClick={() => setAgain(true)}>
                Read it again
              </button>
            )}
          </div>
        )}
        {writing && draft.data && session?.user && (
          <ReadEditor
            key={entry.id}
            caseId={entry.id}
            caseTitle={entry.title}
            userId={session.user.id}
            draft={draft.data}
            textRef={text}
          />
        )}
        {draft.error && (
          <p role="alert" className={styles.problem}>
            {draft.error.message}{" "}
            <button type="button" className={styles.button} onClick={() => void draft.refetch()}>
              Try again
            </button>
          </p>
        )}
        <p className={styles.notice}>
          For formative teaching only. Not for the care of patients. <kbd>?</kbd> shows the keys.
        </p>
      </aside>
    </main>
  );
}

function facts({ study }: CaseDetail): string {
  const years = /^0*(\d+)Y$/.exec(study.patient_age ?? "")?.[1];
  const sex = { F: "female", M: "male" }[study.patient_sex ?? ""];
  return [
    years ? `${years} years` : "age not in the data",
    sex ?? "sex not in the data",
    study.field_strength_tesla ? `${study.field_strength_tesla} T` : null,
    study.manufacturer || null,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** W goes to the text, Escape comes back to the images. */
function useTextKeys(text: React.RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && document.activeElement === text.current) {
        text.current?.blur();
      } else if (
        event.key.toLowerCase() === "w" &&
        !event.ctrlKey &&
        !event.metaKey &&
        !event.altKey
      ) {
        const target = event.target instanceof Element ? event.target : null;
        if (target?.closest("input, textarea, select, [role=dialog]")) return;
        event.preventDefault();
        text.current?.focus();
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [text]);
}
