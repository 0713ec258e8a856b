import { Badge } from "@mantine/core";
import type { ReadState } from "../api/types";

/** A read's score, or the reason why there is none yet. */
export function Score({ state, score }: { state: ReadState; score: number | null }) {
  if (state === "waiting") return <Badge color="gray">being graded</Badge>;
  if (state === "failed") return <Badge color="amber">grading failed</Badge>;
  if (score === null) return <Badge color="gray">not gradable</Badge>;
  return (
    <Badge color="lagoon" className="numbers" size="lg">
      {Math.round(score)} of 100
    </Badge>
  );
}
