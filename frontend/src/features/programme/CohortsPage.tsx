import { Anchor, Card, SimpleGrid, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { cohortsQuery } from "../../api/queries";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { PageHead } from "../../components/PageHead";

export function CohortsPage() {
  const cohorts = useQuery(cohortsQuery);
  return (
    <>
      <PageHead title="Cohorts" lead="Fellows who train together, and what they have read." />
      <Answer query={cohorts}>
        {(data) =>
          data.length === 0 ? (
            <Empty title="No cohorts yet">An administrator puts fellows into a cohort.</Empty>
          ) : (
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              {data.map((cohort) => (
                <Card key={cohort.id} data-testid="cohort">
                  <Title order={2}>
                    <Anchor component={Link} to={`/cohorts/${cohort.id}`} inherit>
                      {cohort.name}
                    </Anchor>
                  </Title>
                  <Text mt={6} className="numbers">
                    {cohort.fellows.length} {cohort.fellows.length === 1 ? "fellow" : "fellows"},{" "}
                    {cohort.read_count} {cohort.read_count === 1 ? "read" : "reads"}
                  </Text>
                  <Text size="sm" c="ink.6">
                    {cohort.fellows.map((fellow) => fellow.name).join(", ") ||
                      "No fellow is in it yet."}
                  </Text>
                </Card>
              ))}
            </SimpleGrid>
          )
        }
      </Answer>
    </>
  );
}
