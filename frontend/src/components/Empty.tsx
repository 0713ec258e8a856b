import { Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** An empty state: what is not there, and what to do next. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Paper
      withBorder
      p="xl"
      bg="transparent"
      style={{ borderStyle: "dashed", borderColor: "#c9c3b4" }}
    >
      <Stack gap={6} align="flex-start">
        <Title order={2} size="h3">
          {title}
        </Title>
        <Text c="ink.6" maw={620}>
          {children}
        </Text>
        {action && <div style={{ marginTop: 10 }}>{action}</div>}
      </Stack>
    </Paper>
  );
}
