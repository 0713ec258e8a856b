import { Badge, Button, Card, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, client } from "../../api/client";
import { studyQuery } from "../../api/queries";
import type { Report, StudyPage } from "../../api/types";
import { Failure } from "../../components/Failure";
import { When } from "../../components/When";
import { claimLine } from "./claimLine";
import styles from "./studies.module.css";

export function Reports({ study }: { study: StudyPage }) {
  return (
    <Stack gap="md">
      {study.reports.map((report) => (
        <OneReport key={report.id} report={report} />
      ))}
      <AddReport studyId={study.id} first={study.reports.length === 0} />
    </Stack>
  );
}

function OneReport({ report }: { report: Report }) {
  const { claims, measures } = report.claims;
  return (
    <Card data-testid="report">
      <Text size="sm" c="ink.6" mb={6}>
        Added <When at={report.created_at} />
      </Text>
      <div className={styles.report}>{report.text}</div>
      <Text size="sm" fw={600} mt="md" mb={6}>
        What was understood
      </Text>
      {claims.length + Object.keys(measures).length === 0 ? (
        <Text size="sm" c="ink.6">
          No finding was understood in this text, so reads cannot be graded against it.
        </Text>
      ) : (
        <Group gap={6}>
          {claims.map((claim, index) => (
            <Badge
              // biome-ignore lint/suspicious/noArrayIndexKey: claims of a stored report never change
              key={index}
              color={
                claim.assertion === "absent" || claim.assertion === "unlikely" ? "gray" : "lagoon"
              }
            >
              {claimLine(claim)}
            </Badge>
          ))}
          {Object.entries(measures).map(([name, measure]) => (
            <Badge key={name} color="blue" className="numbers">
              {name.toUpperCase().replaceAll("_", " ")} {measure.value} {measure.unit}
            </Badge>
          ))}
        </Group>
      )}
    </Card>
  );
}

function AddReport({ studyId, first }: { studyId: string; first: boolean }) {
  const queryClient = useQueryClient();
  const [text, setText] = useState("");
  const add = useMutation({
    mutationFn: () =>
      answer(
        client.POST("/api/studies/{study_id}/reports", {
          params: { path: { study_id: studyId } },
          body: { text },
        }),
      ),
    onSuccess: async () => {
      setText("");
      await queryClient.invalidateQueries({ queryKey: studyQuery(studyId).queryKey });
    },
  });
  return (
    <Card>
      <Stack gap="sm">
        <Textarea
          label={first ? "Add the report" : "Add another report"}
          description="The expert’s free text, without names, dates or numbers of the patient."
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={5}
          maxRows={18}
        />
        <Failure error={add.error} />
        <Group>
          <Button
            variant={first ? "filled" : "default"}
            loading={add.isPending}
            onClick={() => add.mutate()}
          >
            Add the report
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}
