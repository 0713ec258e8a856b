import {
  Alert,
  Anchor,
  Badge,
  Button,
  Card,
  Grid,
  Group,
  List,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "react-router";
import { ApiError } from "../../api/client";
import { studyQuery } from "../../api/queries";
import type { StudyPage as Study } from "../../api/types";
import { NotFoundPage } from "../../app/ErrorPage";
import { Answer } from "../../components/Answer";
import { PageHead } from "../../components/PageHead";
import { MakeCase } from "./MakeCase";
import { Reports } from "./Reports";
import { StackTable } from "./StackTable";
import styles from "./studies.module.css";

const CineViewer = lazy(async () => ({
  default: (await import("../../viewer/CineViewer")).CineViewer,
}));

export function StudyPage() {
  const { studyId = "" } = useParams();
  const query = useQuery(studyQuery(studyId));
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFoundPage />;
  return (
    <Answer query={query} lines={6}>
      {(study) => <OneStudy study={study} />}
    </Answer>
  );
}

function OneStudy({ study }: { study: Study }) {
  const [images, setImages] = useState(false);
  return (
    <>
      <PageHead
        title={study.label}
        lead={
          study.expected_images === null
            ? `${study.shown_images} images; the data does not say how many there should be`
            : `${study.shown_images} of ${study.expected_images} images`
        }
        actions={
          <Button variant="default" aria-expanded={images} onClick={() => setImages(!images)}>
            {images ? "Hide the images" : "Show the images"}
          </Button>
        }
      />
      <Stack gap="xl">
        {study.gaps.length > 0 && (
          <Alert color="amber" title="Missing from this study">
            <List size="sm">
              {study.gaps.map((gap) => (
                <List.Item key={gap}>{gap}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        {images && (
          <div className={styles.viewer}>
            <Suspense fallback={null}>
              <CineViewer study={study} />
            </Suspense>
          </div>
        )}
        <section>
          <Title order={2}>Stacks</Title>
          <Text c="ink.6" mb="sm">
            Views and contrasts are suggested from geometry and acquisition tags. Change what is
            wrong.
          </Text>
          <StackTable study={study} />
        </section>
        <Grid gap="xl">
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Title order={2} mb="sm">
              Reports
            </Title>
            <Reports study={study} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <Title order={2} mb="sm">
              Cases
            </Title>
            <Stack gap="md">
              {study.cases.map((entry) => (
                <Card key={entry.id} p="md">
                  <Group justify="space-between">
                    <Anchor component={Link} to={`/cases/${entry.id}`} fw={600}>
                      {entry.title}
                    </Anchor>
                    <Badge color={entry.published ? "lagoon" : "gray"}>
                      {entry.published ? "published" : "not published"}
                    </Badge>
                  </Group>
                </Card>
              ))}
              <MakeCase study={study} />
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}
