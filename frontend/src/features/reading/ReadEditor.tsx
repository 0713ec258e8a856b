import { Button, Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useNavigate } from "react-router";
import { answer, client } from "../../api/client";
import { readQuery } from "../../api/queries";
import type { Draft } from "../../api/types";
import { When } from "../../components/When";
import type { DraftView } from "./draftKeeper";
import styles from "./reading.module.css";
import { useDraftKeeper } from "./useDraftKeeper";

interface ReadEditorProps {
  caseId: string;
  caseTitle: string;
  userId: string;
  draft: Draft;
  textRef: React.RefObject<HTMLTextAreaElement | null>;
}

export function ReadEditor({ caseId, caseTitle, userId, draft, textRef }: ReadEditorProps) {
  const { keeper, view } = useDraftKeeper(userId, caseId, draft);
  const [asking, setAsking] = useState(false);
  const submit = useSubmit(caseId, keeper);
  const empty = view.text.trim() === "";

  return (
    <>
      <label className={styles.label} htmlFor="read-text">
        Your read
      </label>
      <textarea
        id="read-text"
        ref={textRef}
        className={styles.text}
        data-testid="read-text"
        value={view.text}
        disabled={submit.busy}
        spellCheck
        placeholder="Describe what you see: chambers, wall motion, valves, pericardium, and your impression."
        onChange={(event) => keeper.write(event.currentTarget.value)}
      />
      {view.state === "conflict" && (
        <Conflict view={view} onSettle={(keep) => keeper.settle(keep)} readId={keeper.readId} />
      )}
      <div className={styles.bar}>
        <SaveNote view={view} />
        <Button
          className={styles.submit ?? ""}
          data-testid="submit-read"
          disabled={empty || view.state === "conflict"}
          loading={submit.busy}
          onClick={() => setAsking(true)}
        >
          Submit…
        </Button>
      </div>
      {submit.problem && (
        <p role="alert" className={styles.problem}>
          {submit.problem}
        </p>
      )}
      <Modal
        opened={asking}
        onClose={() => !submit.busy && setAsking(false)}
        title={`Submit your read of ${caseTitle}?`}
        size="lg"
        centered
      >
        <p className={styles.ask}>
          This text is compared with the expert’s report. It cannot be changed afterwards.
        </p>
        <blockquote className={styles.quote} data-testid="submit-text">
          {view.text}
        </blockquote>
        {submit.problem && (
          <p role="alert" className={styles.problemLight}>
            {submit.problem}
          </p>
        )}
        <div className={styles.askBar}>
          <Button variant="default" disabled={submit.busy} onClick={() => setAsking(false)}>
            Keep writing
          </Button>
          <Button
            data-testid="confirm-submit"
            data-autofocus
            loading={submit.busy}
            onClick={() => void submit.send()}
          >
            Submit the read
          </Button>
        </div>
      </Modal>
    </>
  );
}

/** Sends the read once: presses while one is under way are ignored, and the id makes repeats safe. */
function useSubmit(caseId: string, keeper: ReturnType<typeof useDraftKeeper>["keeper"]) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const sending = useRef(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const send = async () => {
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await keeper.flush();
      if (keeper.view.state === "conflict")
        throw new Error("Settle the two versions of the draft first.");
      const read = await answer(
        client.POST("/api/cases/{case_id}/reads", {
          params: { path: { case_id: caseId } },
          body: { read_id: keeper.readId, text: keeper.view.text },
        }),
      );
      keeper.close({ drop: true });
      queryClient.setQueryData(readQuery(read.id).queryKey, read);
      for (const key of ["cases", "case", "reads", "progress"]) {
        void queryClient.invalidateQueries({ queryKey: [key], refetchType: "none" });
      }
      await navigate(`/reads/${read.id}`, { replace: true });
    } catch (reason) {
      setProblem(reason instanceof Error ? reason.message : "The read could not be submitted.");
      sending.current = false;
      setBusy(false);
    }
  };
  return { send, busy, problem };
}

function SaveNote({ view }: { view: DraftView }) {
  return (
    <span className={styles.save} data-testid="save-state" data-state={view.state} role="status">
      <span className={styles.dot} aria-hidden />
      <span>{saveSentence(view)}</span>
    </span>
  );
}

function saveSentence(view: DraftView) {
  switch (view.state) {
    case "saving":
      return "Saving…";
    case "unsaved":
      return "Not saved yet";
    case "offline":
      return view.problem ?? "Offline: kept in this browser, saved when the server answers";
    case "refused":
      return view.problem ?? "The server did not take this text";
    case "conflict":
      return "Changed elsewhere";
    default:
      return view.savedAt ? (
        <>
          Saved <When at={view.savedAt} />
        </>
      ) : (
        "Saves itself as you write"
      );
  }
}

interface ConflictProps {
  view: DraftView;
  readId: string;
  onSettle: (keep: "mine" | "other") => void;
}

function Conflict({ view, readId, onSettle }: ConflictProps) {
  if (!view.other) return null;
  const submitted = view.other.read_id !== readId;
  return (
    <div className={styles.conflict} role="alert" data-testid="draft-conflict">
      <strong>
        {submitted
          ? "This read was submitted in another window."
          : "This draft was changed in another window."}
      </strong>
      <span>Nothing is lost: the text above is yours, the other one is this:</span>
      <blockquote className={styles.otherText}>{view.other.text || "(empty)"}</blockquote>
      <span className={styles.earlierLine}>
        <button type="button" className={styles.button} onClick={() => onSettle("mine")}>
          {submitted ? "Start a new read with mine" : "Keep mine"}
        </button>
        <button type="button" className={styles.button} onClick={() => onSettle("other")}>
          Take the other
        </button>
      </span>
    </div>
  );
}
