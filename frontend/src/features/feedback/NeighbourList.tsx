import { Anchor, Badge, Group, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import type { Neighbours } from "../../api/types";
import styles from "./feedback.module.css";

type Neighbour = Neighbours["cases"][number];

/** What each neighbour is good for, in words. */
const ROLES: Record<Neighbour["role"], string> = {
  same_finding: "Same finding",
  nearest_normal: "Nearest normal",
  mimic: "Mimic: looks alike, reported differently",
  looks_alike: "Looks alike",
};

/** Cases like this one, with how they were found said plainly. */
export function NeighbourList({ neighbours }: { neighbours: Neighbours }) {
  const { cases, hidden_count: hidden } = neighbours;
  return (
    <section
      className={styles.neighbours}
      data-testid="neighbours"
      data-ranked-by={neighbours.ranked_by}
    >
      <Title order={2} size="h3">
        Matching cases
      </Title>
      <Text size="sm" c="ink.6" mb="sm">
        {neighbours.sentence}
      </Text>
      <ul className={styles.neighbourList}>
        {cases.map((entry) => (
          <li key={entry.id} className={styles.neighbour} data-role={entry.role}>
            <div>
              <Anchor component={Link} to={`/cases/${entry.id}`} fw={600}>
                {entry.title}
              </Anchor>
              <Text size="sm" c="ink.6">
                {ROLES[entry.role]}
              </Text>
            </div>
            <Findings entry={entry} />
            <span className={styles.likeness} title="How alike, from 0 to 1">
              <span className={styles.likenessBar} aria-hidden>
                <span style={{ width: `${Math.round(entry.score * 100)}%` }} />
              </span>
              {entry.score.toFixed(2)}
            </span>
            {entry.read_id ? (
              <Anchor component={Link} to={`/reads/${entry.read_id}`} size="sm">
                your read
              </Anchor>
            ) : (
              <span />
            )}
          </li>
        ))}
      </ul>
      {cases.length === 0 && <Text c="ink.6">No matching case is open to you yet.</Text>}
      {hidden > 0 && (
        <Text size="sm" c="ink.6" mt="xs">
          {hidden} more {hidden === 1 ? "case stays" : "cases stay"} hidden until you have read{" "}
          {hidden === 1 ? "it" : "them"}.
        </Text>
      )}
    </section>
  );
}

/** What both reports state; for a mimic, what only the other one states. */
function Findings({ entry }: { entry: Neighbour }) {
  const differs = entry.role === "mimic";
  const findings = differs ? entry.other_findings : entry.shared_findings;
  return (
    <Group gap={6}>
      {differs && (
        <Text size="sm" c="ink.6">
          here instead:
        </Text>
      )}
      {findings.map((finding) => (
        <Badge key={finding} color="ink" size="sm">
          {finding}
        </Badge>
      ))}
      {findings.length === 0 && (
        <Text size="sm" c="ink.6">
          no finding in common
        </Text>
      )}
    </Group>
  );
}
