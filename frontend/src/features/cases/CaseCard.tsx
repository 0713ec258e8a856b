import { Badge, Card, Group, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { CaseSummary } from "../../api/types";
import { Score } from "../../components/Score";
import { shortViews } from "../../viewer/hanging";
import styles from "./cases.module.css";

/** One case of the catalogue; it never says more than the server lets this reader know. */
export function CaseCard({ entry }: { entry: CaseSummary }) {
  const read = entry.latest_read;
  return (
    <Card p={0} className={styles.card ?? ""} data-testid="case-card">
      <Link to={`/cases/${entry.id}`} className={styles.cardLink}>
        <Preview url={entry.preview_url} />
        <div className={styles.cardBody}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Text component="h2" className={styles.cardTitle ?? ""} lineClamp={2}>
              {entry.title}
            </Text>
            {read ? (
              <Score state={read.state} score={read.score} />
            ) : (
              <Badge color="gray">unread</Badge>
            )}
          </Group>
          <Text size="sm" c="ink.6" lineClamp={2} mt={2}>
            {entry.history || "No history was given."}
          </Text>
          <Text size="xs" c="ink.6" mt={8} className="numbers">
            {describe(entry)}
          </Text>
          <Group gap={6} mt={8}>
            {entry.gaps > 0 && (
              <Badge color="amber" size="sm">
                {entry.gaps} {entry.gaps === 1 ? "gap" : "gaps"} in the images
              </Badge>
            )}
            {entry.open && (
              <Badge color="blue" size="sm">
                open for reference
              </Badge>
            )}
            {!entry.published && (
              <Badge color="gray" size="sm">
                not published
              </Badge>
            )}
          </Group>
        </div>
      </Link>
    </Card>
  );
}

function describe(entry: CaseSummary): string {
  const contrasts = entry.contrasts.map((contrast) => (contrast === "lge" ? "LGE" : contrast));
  const slices = `${entry.slice_count} ${entry.slice_count === 1 ? "slice" : "slices"}`;
  const views = shortViews(entry.views).join(", ");
  return [contrasts.join(" + "), `${slices} × ${entry.phase_count} phases`, views].join(" · ");
}

export function Preview({ url }: { url: string | null }) {
  const [broken, setBroken] = useState(false);
  if (!url || broken) return <div className={styles.noPreview}>no preview</div>;
  return (
    <img
      src={url}
      alt=""
      className={styles.preview}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
    />
  );
}
