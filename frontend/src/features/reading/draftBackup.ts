/**
 * What was typed and not yet saved by the server, kept in the browser from the first keystroke.
 * A backup goes as soon as the server has the text, and all of them go on signing out.
 */
export interface DraftBackup {
  readId: string;
  version: number;
  text: string;
}

const PREFIX = "cinerounds.draft.";

function key(userId: string, caseId: string): string {
  return `${PREFIX}${userId}.${caseId}`;
}

export function loadBackup(userId: string, caseId: string): DraftBackup | null {
  try {
    const stored = JSON.parse(localStorage.getItem(key(userId, caseId)) ?? "null") as unknown;
    if (typeof stored !== "object" || stored === null) return null;
    const { readId, version, text } = stored as Record<string, unknown>;
    if (typeof readId !== "string" || typeof version !== "number" || typeof text !== "string")
      return null;
    return { readId, version, text };
  } catch {
    return null; // Storage that is closed or holds rubbish is as good as empty.
  }
}

export function keepBackup(userId: string, caseId: string, backup: DraftBackup): void {
  try {
    localStorage.setItem(key(userId, caseId), JSON.stringify(backup));
  } catch {
    // A full or closed storage only costs the second copy; the server keeps the first.
  }
}

export function dropBackup(userId: string, caseId: string): void {
  try {
    localStorage.removeItem(key(userId, caseId));
  } catch {
    // As above.
  }
}

export function forgetDrafts(): void {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(PREFIX)) localStorage.removeItem(name);
    }
  } catch {
    // As above.
  }
}
