import {
  Button,
  Card,
  Checkbox,
  NativeSelect,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, client } from "../../api/client";
import { studyQuery } from "../../api/queries";
import type { StudyPage } from "../../api/types";
import { Failure } from "../../components/Failure";

/** Makes a case of this study and one of its reports. */
export function MakeCase({ study }: { study: StudyPage }) {
  const queryClient = useQueryClient();
  const [title, setTitle] = useState("");
  const [history, setHistory] = useState("");
  const [reportId, setReportId] = useState<string | null>(null);
  const [published, setPublished] = useState(true);
  const [open, setOpen] = useState(false);
  const report = study.reports.find((entry) => entry.id === reportId) ?? study.reports[0];
  const make = useMutation({
    mutationFn: (body: {
      study_id: string;
      report_id: string;
      title: string;
      history: string;
      open: boolean;
      published: boolean;
    }) => answer(client.POST("/api/cases", { body })),
    onSuccess: async () => {
      setTitle("");
      setHistory("");
      void queryClient.invalidateQueries({ queryKey: ["cases"] });
      void queryClient.invalidateQueries({ queryKey: ["studies"] });
      await queryClient.invalidateQueries({ queryKey: studyQuery(study.id).queryKey });
    },
  });

  if (!report) {
    return <Text c="ink.6">Add a report first: a case is a study together with its report.</Text>;
  }
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (make.isPending) return;
          make.mutate({
            study_id: study.id,
            report_id: report.id,
            title,
            history,
            open,
            published,
          });
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Teaching title"
            description="Hidden from fellows until they have submitted a read"
            required
            maxLength={120}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Textarea
            label="History shown before the read"
            autosize
            minRows={2}
            value={history}
            onChange={(event) => setHistory(event.currentTarget.value)}
          />
          {study.reports.length > 1 && (
            <NativeSelect
              label="Report"
              value={report.id}
              onChange={(event) => setReportId(event.currentTarget.value)}
              data={study.reports.map((entry) => ({
                value: entry.id,
                label: `${new Date(entry.created_at).toLocaleString()}: ${entry.text.slice(0, 50)}…`,
              }))}
            />
          )}
          <Checkbox
            label="Published: fellows can read it"
            checked={published}
            onChange={(event) => setPublished(event.currentTarget.checked)}
          />
          <Checkbox
            label="Open for reference: the title is shown before a read"
            checked={open}
            onChange={(event) => setOpen(event.currentTarget.checked)}
          />
          <Failure error={make.error} />
          <Button type="submit" loading={make.isPending} data-testid="make-case">
            Make a case
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
