import { Anchor, Button, Card, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { progressQuery } from "../../api/queries";
import type { FindingProgress, Progress } from "../../api/types";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { PageHead } from "../../components/PageHead";
import { When } from "../../components/When";
import { IntervalBar } from "./IntervalBar";
import styles from "./progress.module.css";
import { curveSentence } from "./sentences";

export function ProgressPage() {
  const progress = useQuery(progressQuery);
  return (
    <>
      <PageHead
        title="Progress by finding"
        lead="How often you call a finding present when the expert does, and absent when the expert does. The bar is the 95 % interval; the dark mark is the estimate."
      />
      <Answer query={progress} lines={6}>
        {(data) =>
          data.read_count === 0 ? (
            <Empty
              title="Nothing to count yet"
              action={
                <Button component={Link} to="/cases?status=unread">
                  Choose a case
                </Button>
              }
            >
              Submit a read: each finding that the expert’s report states is then counted here.
            </Empty>
          ) : (
            <Stack gap="xl">
              <Paper withBorder p="lg" bg="#fbf6e6">
                <Text data-testid="curve-sentence">{curveSentence(data.read_count)}</Text>
              </Paper>
              <Findings findings={data.findings} />
              <Scores scores={data.scores} />
            </Stack>
          )
        }
      </Answer>
    </>
  );
}

function Findings({ findings }: { findings: FindingProgress[] }) {
  if (findings.length === 0) {
    return (
      <Empty title="No finding counted yet">
        Your reads are in, but none of their findings has been graded so far.
      </Empty>
    );
  }
  return (
    <Card p={0}>
      <Table.ScrollContainer minWidth={680}>
        <table className={styles.table} data-testid="progress-findings">
          <thead>
            <tr>
              <th scope="col">Finding</th>
              <th scope="col">
                Sensitivity <span>called present of those present</span>
              </th>
              <th scope="col">
                Specificity <span>not called present of those absent</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {findings.map((finding) => (
              <tr key={finding.concept}>
                <th scope="row">{finding.name}</th>
                <td>
                  <IntervalBar
                    interval={finding.sensitivity}
                    tally={finding.present}
                    none="not met as present yet"
                  />
                </td>
                <td>
                  <IntervalBar
                    interval={finding.specificity}
                    tally={finding.absent}
                    none="not met as absent yet"
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Table.ScrollContainer>
    </Card>
  );
}

function Scores({ scores }: { scores: Progress["scores"] }) {
  return (
    <section>
      <Title order={2} mb="sm">
        Scores
      </Title>
      <Card p={0}>
        <Table verticalSpacing="xs" horizontalSpacing="lg">
          <Table.Tbody>
            {scores.map((point) => (
              <Table.Tr key={point.read_id}>
                <Table.Td>
                  <Anchor component={Link} to={`/reads/${point.read_id}`}>
                    {point.case_title}
                  </Anchor>
                </Table.Td>
                <Table.Td c="ink.6">
                  <When at={point.submitted_at} />
                </Table.Td>
                <Table.Td ta="right" className="numbers">
                  {point.score === null ? "no score" : Math.round(point.score)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Card>
    </section>
  );
}
