import { Alert, Button, Group, Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

interface AnswerProps<T> {
  query: UseQueryResult<T>;
  /** How many lines to hold free while waiting. */
  lines?: number;
  children: (data: T) => ReactNode;
}

/** Shows what a query gave; waiting and failure look the same on every page. */
export function Answer<T>({ query, lines = 3, children }: AnswerProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) {
    return (
      <Alert color="red" variant="light" title="This could not be loaded" role="alert">
        <Group justify="space-between">
          {query.error.message}
          <Button size="xs" variant="default" onClick={() => void query.refetch()}>
            Try again
          </Button>
        </Group>
      </Alert>
    );
  }
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike
        <Skeleton key={line} height={18} radius="sm" width={`${100 - line * 12}%`} />
      ))}
    </Stack>
  );
}
