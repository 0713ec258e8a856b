import { Anchor, Card, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { cohortReadsQuery, cohortsQuery } from "../../api/queries";
import { NotFoundPage } from "../../app/ErrorPage";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { PageHead } from "../../components/PageHead";
import { Pages } from "../../components/Pages";
import { Score } from "../../components/Score";
import { When } from "../../components/When";

export function CohortPage() {
  const { cohortId = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const page = Math.max(1, Number(search.get("page")) || 1);
  const cohorts = useQuery(cohortsQuery);
  const reads = useQuery(cohortReadsQuery(cohortId, page));
  const cohort = cohorts.data?.find((entry) => entry.id === cohortId);
  if (reads.error instanceof ApiError && reads.error.status === 404) return <NotFoundPage />;
  return (
    <>
      <PageHead
        title={cohort?.name ?? "Cohort"}
        lead={cohort?.fellows.map((fellow) => fellow.name).join(", ")}
      />
      <Answer query={reads} lines={6}>
        {(data) =>
          data.results.length === 0 ? (
            <Empty title="No reads yet">
              Reads of this cohort’s fellows are listed here as they come in.
            </Empty>
          ) : (
            <>
              <Card p={0}>
                <Table.ScrollContainer minWidth={640}>
                  <Table
                    verticalSpacing="sm"
                    horizontalSpacing="lg"
                    highlightOnHover
                    data-testid="cohort-reads"
                  >
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Fellow</Table.Th>
                        <Table.Th>Case</Table.Th>
                        <Table.Th>Submitted</Table.Th>
                        <Table.Th ta="right">Score</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {data.results.map((read) => (
                        <Table.Tr key={read.id}>
                          <Table.Td>{read.fellow.name}</Table.Td>
                          <Table.Td>
                            <Anchor component={Link} to={`/reads/${read.id}`}>
                              {read.case.title}
                            </Anchor>
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
                </Table.ScrollContainer>
              </Card>
              <Text size="sm" c="ink.6" mt="sm">
                Newest first. Scores are formative and are not a ranking of fellows.
              </Text>
              <Pages
                count={data.count}
                page={page}
                onPage={(next) => setSearch({ page: String(next) })}
              />
            </>
          )
        }
      </Answer>
    </>
  );
}
