import { Anchor, Badge, Button, Card, Grid, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { casesQuery, progressQuery, readsQuery } from "../../api/queries";
import type { CaseSummary, Progress, ReadSummary } from "../../api/types";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { PageHead } from "../../components/PageHead";
import { Score } from "../../components/Score";
import { When } from "../../components/When";
import { EDUCATION_ROLES, hasRole, PROGRAMME_ROLES, useSession } from "../session/useSession";
import { Preview } from "./CaseCard";
import styles from "./cases.module.css";

export function HomePage() {
  const { data: session } = useSession();
  const next = useQuery(casesQuery({ status: "unread", size: 1 }));
  const reads = useQuery(readsQuery(1, 5));
  const progress = useQuery(progressQuery);
  const educator = hasRole(session, EDUCATION_ROLES);
  const programme = hasRole(session, PROGRAMME_ROLES);
  return (
    <>
      <PageHead
        title={`Welcome, ${session?.user?.name ?? ""}`}
        lead={session?.memberships.map((one) => one.programme.name)[0]}
        actions={
          <>
            {educator && (
              <Button component={Link} to="/studies/import" variant="default">
                Import a study
              </Button>
            )}
            {programme && (
              <Button component={Link} to="/cohorts" variant="default">
                Cohorts
              </Button>
            )}
          </>
        }
      />
      <Stack gap="xl">
        <Answer query={next} lines={5}>
          {(data) => <NextCase entry={data.results[0]} left={data.count} />}
        </Answer>
        <Grid gap="xl">
          <Grid.Col span={{ base: 12, md: 8 }}>
            <Title order={2} mb="sm">
              Recent reads
            </Title>
            <Answer query={reads}>{(data) => <RecentReads reads={data.results} />}</Answer>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <Title order={2} mb="sm">
              Progress
            </Title>
            <Answer query={progress}>{(data) => <ProgressSummary progress={data} />}</Answer>
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}

function NextCase({ entry, left }: { entry: CaseSummary | undefined; left: number }) {
  if (!entry) {
    return (
      <Empty
        title="No unread case"
        action={
          <Button component={Link} to="/cases" variant="default">
            Look at all cases
          </Button>
        }
      >
        There is nothing left to read. New cases appear here when an educator publishes them.
      </Empty>
    );
  }
  return (
    <Card p={0} className={styles.next ?? ""} data-testid="next-case">
      <div className={styles.nextBody}>
        <Text size="sm" c="ink.6" fw={600}>
          Next case · the first of {left} unread
        </Text>
        <Title order={2} size="1.9rem" mt={6}>
          {entry.title}
        </Title>
        <Text mt="xs" maw={520}>
          {entry.history || "No history was given."}
        </Text>
        <Text size="sm" c="ink.6" mt="xs" className="numbers">
          {entry.slice_count} slices × {entry.phase_count} phases
          {entry.gaps > 0 && `, ${entry.gaps} ${entry.gaps === 1 ? "gap" : "gaps"}`}
        </Text>
        <Button component={Link} to={`/cases/${entry.id}`} mt="lg" size="md">
          Read this case
        </Button>
      </div>
      <Preview url={entry.preview_url} />
    </Card>
  );
}

/** Whether an educator still has to answer, or has: the answer stands under its row. */
function AppealBadge({ appeal }: { appeal: ReadSummary["appeal"] }) {
  if (appeal !== "open" && appeal !== "answered") return null;
  return (
    <Badge ml="sm" color={appeal === "open" ? "gray" : "amber"}>
      {appeal === "open" ? "Appeal open" : "Appeal answered"}
    </Badge>
  );
}

function RecentReads({ reads }: { reads: ReadSummary[] }) {
  if (reads.length === 0) {
    return (
      <Empty title="No reads yet">
        Your submitted reads and their feedback will be listed here.
      </Empty>
    );
  }
  return (
    <Card p={0}>
      <Table
        className={styles.rows ?? ""}
        verticalSpacing="sm"
        horizontalSpacing="lg"
        highlightOnHover
      >
        <Table.Tbody>
          {reads.map((read) => (
            <Table.Tr key={read.id}>
              <Table.Td>
                <Anchor component={Link} to={`/reads/${read.id}`} fw={600}>
                  {read.case.title}
                </Anchor>
                <AppealBadge appeal={read.appeal} />
              </Table.Td>
              <Table.Td c="ink.6">
                <When at={read.submitted_at} />
              </Table.Td>
              <Table.Td ta="right">
                <Score state={read.state} score={read.score} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}

function ProgressSummary({ progress }: { progress: Progress }) {
  const met = progress.findings.filter((finding) => finding.present.n + finding.absent.n > 0);
  return (
    <Card>
      <Group gap="xl" className="numbers">
        <Figure
          value={progress.read_count}
          name={progress.read_count === 1 ? "case read" : "cases read"}
        />
        <Figure value={met.length} name={met.length === 1 ? "finding met" : "findings met"} />
      </Group>
      <Text size="sm" c="ink.6" mt="sm">
        {progress.read_count === 0
          ? "Read your first case: progress is counted finding by finding."
          : "Sensitivity and specificity are shown finding by finding, with their intervals."}
      </Text>
      <Anchor component={Link} to="/progress" mt="sm" display="inline-block">
        Progress by finding
      </Anchor>
    </Card>
  );
}

function Figure({ value, name }: { value: number; name: string }) {
  return (
    <div>
      <Text fz="2rem" lh={1.1} fw={600} ff="var(--serif)">
        {value}
      </Text>
      <Text size="sm" c="ink.6">
        {name}
      </Text>
    </div>
  );
}
