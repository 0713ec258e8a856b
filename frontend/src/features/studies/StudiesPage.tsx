import { Anchor, Badge, Button, Card, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { studiesQuery } from "../../api/queries";
import type { StudySummary } from "../../api/types";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { PageHead } from "../../components/PageHead";
import { Pages } from "../../components/Pages";
import { When } from "../../components/When";
import { stackLine } from "./stackLine";

export function StudiesPage() {
  const [search, setSearch] = useSearchParams();
  const page = Math.max(1, Number(search.get("page")) || 1);
  const studies = useQuery(studiesQuery(page));
  const importButton = (
    <Button component={Link} to="/studies/import">
      Import a study
    </Button>
  );
  return (
    <>
      <PageHead
        title="Studies"
        lead="Imported and de-identified. A study with a report can become a case."
        actions={importButton}
      />
      <Answer query={studies} lines={6}>
        {(data) =>
          data.results.length === 0 ? (
            <Empty title="No studies yet" action={importButton}>
              Import a folder or a .zip of DICOM files to begin.
            </Empty>
          ) : (
            <>
              <Card p={0}>
                <Table.ScrollContainer minWidth={720}>
                  <Table
                    verticalSpacing="sm"
                    horizontalSpacing="lg"
                    highlightOnHover
                    data-testid="studies"
                  >
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Study</Table.Th>
                        <Table.Th>Stacks, slices × phases</Table.Th>
                        <Table.Th>Imported</Table.Th>
                        <Table.Th>State</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {data.results.map((study) => (
                        <StudyLine key={study.id} study={study} />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
              </Card>
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

function StudyLine({ study }: { study: StudySummary }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          component={Link}
          to={`/studies/${study.id}`}
          fw={600}
          style={{ whiteSpace: "nowrap" }}
        >
          {study.label}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Text size="sm" c="ink.6" className="numbers">
          {study.stacks.map(stackLine).join(" · ")}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm" c="ink.6">
          <When at={study.imported_at} />
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={6}>
          {study.gaps > 0 && (
            <Badge color="amber">
              {study.gaps} {study.gaps === 1 ? "gap" : "gaps"}
            </Badge>
          )}
          {study.case_id ? (
            <Badge color="lagoon">case</Badge>
          ) : (
            <Badge color="gray">{study.has_report ? "no case yet" : "needs a report"}</Badge>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
