import type { Stack } from "../api/types";

/** How an image is turned for display relative to how it is stored. */
export interface Flip {
  horizontal: boolean;
  vertical: boolean;
}

/** Patient directions at the edges of the picture, such as "L" or "HL". */
export interface EdgeLetters {
  left: string;
  right: string;
  top: string;
  bottom: string;
}

type Vector = [number, number, number];

/** Positive directions of the patient axes x, y, z are left, posterior and head (PS3.3 C.7.6.2). */
const LETTERS: [string, string][] = [
  ["L", "R"],
  ["P", "A"],
  ["H", "F"],
];

/** Below this share of the main direction a second letter says more than it helps. */
const MINOR = 0.4;

function directions(stack: Stack): { row: Vector; column: Vector } | null {
  const orientation = stack.slices[0]?.image_orientation;
  if (orientation?.length !== 6) return null;
  return {
    row: orientation.slice(0, 3) as Vector,
    column: orientation.slice(3, 6) as Vector,
  };
}

/**
 * Turns four-chamber and short-axis images the way they are read, wherever the scanner or an
 * archive has stored them otherwise: the patient's left on the right of the picture, front or head
 * at the top. Other views have no single convention and stay as stored.
 */
export function conventionalFlip(stack: Stack): Flip {
  const way = directions(stack);
  if (!way || (stack.view !== "lax4" && stack.view !== "sax")) {
    return { horizontal: false, vertical: false };
  }
  const leftward = way.row[0];
  const backward = way.column[1];
  return { horizontal: leftward < -0.5, vertical: backward < -0.5 };
}

/** The letters at the edges of the picture as displayed, or null without an orientation. */
export function edgeLetters(stack: Stack, flip: Flip): EdgeLetters | null {
  const way = directions(stack);
  if (!way) return null;
  const right = flip.horizontal ? negative(way.row) : way.row;
  const bottom = flip.vertical ? negative(way.column) : way.column;
  return {
    left: letters(negative(right)),
    right: letters(right),
    top: letters(negative(bottom)),
    bottom: letters(bottom),
  };
}

function negative([x, y, z]: Vector): Vector {
  return [-x, -y, -z];
}

function letters(direction: Vector): string {
  const parts = direction
    .map((part, axis) => ({
      size: Math.abs(part),
      letter: LETTERS[axis]?.[part >= 0 ? 0 : 1] ?? "",
    }))
    .sort((a, b) => b.size - a.size);
  const main = parts[0]?.size ?? 0;
  return parts
    .filter((part) => part.size > main * MINOR && part.size > 0)
    .slice(0, 2)
    .map((part) => part.letter)
    .join("");
}
