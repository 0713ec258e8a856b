import { Button, Paper, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { caseQuery } from "../../api/queries";
import { Answer } from "../../components/Answer";
import styles from "./feedback.module.css";

const CineViewer = lazy(async () => ({
  default: (await import("../../viewer/CineViewer")).CineViewer,
}));

/** The cine of the case, to look again with the report in mind. */
export function CaseImages({ caseId }: { caseId: string }) {
  const [shown, setShown] = useState(true);
  const entry = useQuery({
    ...caseQuery(caseId),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
  });
  return (
    <Paper withBorder className={styles.images ?? ""}>
      <header className={styles.imagesHead}>
        <Title order={2} size="h3">
          Look again
        </Title>
        <Button variant="subtle" size="xs" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? "Hide the images" : "Show the images"}
        </Button>
      </header>
      {shown && (
        <div className={styles.viewer}>
          <Answer query={entry}>
            {(data) => (
              <Suspense fallback={null}>
                <CineViewer study={data.study} />
              </Suspense>
            )}
          </Answer>
        </div>
      )}
    </Paper>
  );
}
