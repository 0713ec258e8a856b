import { useEffect, useState, useSyncExternalStore } from "react";
import { answer, client } from "../../api/client";
import type { Draft } from "../../api/types";
import { dropBackup, keepBackup, loadBackup } from "./draftBackup";
import { DraftKeeper } from "./draftKeeper";

/** Keeps the draft of one case while the page is open. */
export function useDraftKeeper(userId: string, caseId: string, draft: Draft) {
  const [keeper] = useState(() => makeKeeper(userId, caseId, draft));
  const view = useSyncExternalStore(keeper.subscribe, keeper.snapshot);

  useEffect(() => {
    const retry = () => keeper.retry();
    const hide = () => void keeper.flush();
    window.addEventListener("online", retry);
    document.addEventListener("visibilitychange", hide);
    return () => {
      window.removeEventListener("online", retry);
      document.removeEventListener("visibilitychange", hide);
      keeper.leave();
    };
  }, [keeper]);

  return { keeper, view };
}

function makeKeeper(userId: string, caseId: string, draft: Draft): DraftKeeper {
  return new DraftKeeper(draft, {
    put: (text, version) =>
      answer(
        client.PUT("/api/cases/{case_id}/draft", {
          params: { path: { case_id: caseId } },
          body: { text, version },
        }),
      ),
    backup: {
      load: () => loadBackup(userId, caseId),
      keep: (backup) => keepBackup(userId, caseId, backup),
      drop: () => dropBackup(userId, caseId),
    },
  });
}
