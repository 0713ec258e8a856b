import { Anchor, Button, Container, Group, Stack, Text, Title } from "@mantine/core";
import { isRouteErrorResponse, Link, useRouteError } from "react-router";

export function NotFoundPage() {
  return (
    <Stack gap="sm" align="flex-start" py={48}>
      <Title>Nothing is here</Title>
      <Text c="ink.6">This address does not exist, or what it showed is not open to you.</Text>
      <Anchor component={Link} to="/">
        Back to your home page
      </Anchor>
    </Stack>
  );
}

/** What a page shows when it could not be drawn at all. */
export function ErrorPage() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) {
    return (
      <Container size={1180}>
        <NotFoundPage />
      </Container>
    );
  }
  return (
    <Container size={1180}>
      <Stack gap="sm" align="flex-start" py={48} role="alert">
        <Title>This page stopped working</Title>
        <Text c="ink.6">
          {chunkMissing(error)
            ? "A part of the page could not be fetched: the server is away or has been updated."
            : "An error in the page ended it. What you wrote in a read is kept."}
        </Text>
        <Group>
          <Button onClick={() => window.location.reload()}>Load the page again</Button>
          <Anchor href="/">Back to your home page</Anchor>
        </Group>
      </Stack>
    </Container>
  );
}

function chunkMissing(error: unknown): boolean {
  return error instanceof TypeError && /import|fetch/i.test(error.message);
}
