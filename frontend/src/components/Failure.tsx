import { Alert } from "@mantine/core";

/** The sentence of something that was tried and refused. */
export function Failure({ error }: { error: Error | null }) {
  if (!error) return null;
  return (
    <Alert color="red" variant="light" role="alert">
      {error.message}
    </Alert>
  );
}
