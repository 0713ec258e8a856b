import { Anchor, Badge, Card, Group, List, Progress, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link } from "react-router";
import { importQuery } from "../../api/queries";
import type { Import } from "../../api/types";
import { Answer } from "../../components/Answer";
import { When } from "../../components/When";

const STATES: Record<Import["state"], { name: string; color: string }> = {
  waiting: { name: "waiting for the worker", color: "gray" },
  running: { name: "importing", color: "blue" },
  stored: { name: "stored", color: "lagoon" },
  refused: { name: "refused", color: "amber" },
};

interface ImportResultProps {
  importId: string;
  first?: Import;
  compact?: boolean;
}

/** One import: how far it is, then what was found and every file that was refused, by name. */
export function ImportResult({ importId, first, compact = false }: ImportResultProps) {
  const query = useQuery({ ...importQuery(importId), ...(first ? { initialData: first } : {}) });
  useStudiesRefresh(query.data?.state);
  return <Answer query={query}>{(data) => <Result result={data} compact={compact} />}</Answer>;
}

function useStudiesRefresh(state: Import["state"] | undefined): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (state === "stored") void queryClient.invalidateQueries({ queryKey: ["studies"] });
  }, [state, queryClient]);
}

function Result({ result, compact }: { result: Import; compact: boolean }) {
  const { state, progress } = result;
  const busy = state === "waiting" || state === "running";
  return (
    <Card p={compact ? "md" : "lg"} data-testid="import-result" data-state={state}>
      <Group justify="space-between">
        <Group gap="sm">
          <Badge color={STATES[state].color}>{STATES[state].name}</Badge>
          <Text size="sm" c="ink.6">
            <When at={result.created_at} />
          </Text>
        </Group>
        {result.study_id && (
          <Anchor component={Link} to={`/studies/${result.study_id}`} fw={600}>
            Open the study
          </Anchor>
        )}
      </Group>
      {busy && (
        <div role="status">
          <Progress
            mt="sm"
            value={progress.total ? (100 * progress.done) / progress.total : 0}
            animated
            aria-label="Import"
          />
          <Text size="sm" c="ink.6" mt={4} className="numbers">
            {progress.done} of {progress.total} files
          </Text>
        </div>
      )}
      {result.sentence && <Text mt="xs">{result.sentence}</Text>}
      {!compact && result.found.length > 0 && (
        <List size="sm" mt="xs" spacing={2}>
          {result.found.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      )}
      {result.refused_files.length > 0 && (
        <details open={!compact} style={{ marginTop: 10 }}>
          <summary>
            {result.refused_files.length}{" "}
            {result.refused_files.length === 1 ? "file was" : "files were"} not taken
          </summary>
          <List size="sm" mt={4} spacing={2}>
            {result.refused_files.map((file) => (
              <List.Item key={file.name}>
                <strong style={{ overflowWrap: "anywhere" }}>{file.name}</strong>: {file.reason}
              </List.Item>
            ))}
          </List>
        </details>
      )}
    </Card>
  );
}
