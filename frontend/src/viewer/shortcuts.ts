/** What a key does in the viewer; `null` where it does nothing. */
export type ViewerCommand =
  | { do: "toggle-play" | "help" | "enlarge" | "reset" | "leave" }
  | { do: "slice"; by: 1 | -1 }
  | { do: "phase"; by: 1 | -1 }
  | { do: "pane"; index: number };

export const SHORTCUTS: { keys: string; does: string }[] = [
  { keys: "Space", does: "Play or pause" },
  { keys: "↑ ↓", does: "Previous or next slice, same phase" },
  { keys: "← →", does: "Previous or next phase, same slice" },
  { keys: "1 2 3 4", does: "Make that view the active one; again: enlarge it" },
  { keys: "F", does: "Enlarge the active view, or go back to all views" },
  { keys: "R", does: "Reset window, zoom and position" },
  { keys: "W", does: "Go to the text of the read" },
  { keys: "Esc", does: "Leave the text and come back to the images" },
  { keys: "?", does: "Show or hide this help" },
];

const COMMANDS: Record<string, ViewerCommand> = {
  " ": { do: "toggle-play" },
  ArrowUp: { do: "slice", by: -1 },
  ArrowDown: { do: "slice", by: 1 },
  ArrowLeft: { do: "phase", by: -1 },
  ArrowRight: { do: "phase", by: 1 },
  "1": { do: "pane", index: 0 },
  "2": { do: "pane", index: 1 },
  "3": { do: "pane", index: 2 },
  "4": { do: "pane", index: 3 },
  f: { do: "enlarge" },
  r: { do: "reset" },
  "?": { do: "help" },
};

interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  target: EventTarget | null;
}

/** The command of a key press; none while someone types or a control wants the key itself. */
export function commandFor(press: KeyPress): ViewerCommand | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const command = COMMANDS[key] ?? null;
  if (!command) return null;
  const target = press.target instanceof Element ? press.target : null;
  if (target?.closest("input, textarea, select, [contenteditable=true], [role=dialog]"))
    return null;
  if (command.do === "toggle-play" && target?.closest("button, a, [role=slider]")) return null;
  return command;
}
