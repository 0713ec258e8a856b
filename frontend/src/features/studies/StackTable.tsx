import { Card, NativeSelect, Table, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, client } from "../../api/client";
import { studyQuery } from "../../api/queries";
import type { Contrast, Stack, StudyPage, View } from "../../api/types";
import { Failure } from "../../components/Failure";
import { CONTRAST_NAMES, VIEW_NAMES } from "../../viewer/hanging";
import { imageCount } from "../../viewer/stackIndex";

const VIEWS = Object.entries(VIEW_NAMES).map(([value, label]) => ({ value, label }));
const CONTRASTS = Object.entries(CONTRAST_NAMES).map(([value, label]) => ({ value, label }));

export function StackTable({ study }: { study: StudyPage }) {
  return (
    <Card p={0}>
      <Table.ScrollContainer minWidth={820}>
        <Table verticalSpacing="xs" horizontalSpacing="lg" data-testid="stacks">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>View</Table.Th>
              <Table.Th>Contrast</Table.Th>
              <Table.Th>Slices × phases</Table.Th>
              <Table.Th>Spacing</Table.Th>
              <Table.Th>RR</Table.Th>
              <Table.Th>Why this view</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {study.stacks.map((stack) => (
              <StackLine key={stack.id} studyId={study.id} stack={stack} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function StackLine({ studyId, stack }: { studyId: string; stack: Stack }) {
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: (body: { view?: View; contrast?: Contrast }) =>
      answer(
        client.PATCH("/api/studies/{study_id}/stacks/{stack_id}", {
          params: { path: { study_id: studyId, stack_id: stack.id } },
          body,
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: studyQuery(studyId).queryKey }),
  });
  const count = imageCount(stack);
  const changed =
    stack.view !== stack.suggested_view || stack.contrast !== stack.suggested_contrast;
  return (
    <Table.Tr data-testid="stack-row">
      <Table.Td>
        <NativeSelect
          aria-label={`View of ${stack.label}`}
          data={VIEWS}
          value={stack.view}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ view: event.currentTarget.value as View })}
        />
      </Table.Td>
      <Table.Td>
        <NativeSelect
          aria-label={`Contrast of ${stack.label}`}
          data={CONTRASTS}
          value={stack.contrast}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ contrast: event.currentTarget.value as Contrast })}
        />
      </Table.Td>
      <Table.Td className="numbers" style={{ whiteSpace: "nowrap" }}>
        {stack.slice_count} × {stack.phase_count}
        {count.shown < count.expected && (
          <Text size="xs" c="amber.8">
            {count.shown} of {count.expected} images
          </Text>
        )}
      </Table.Td>
      <Table.Td className="numbers" style={{ whiteSpace: "nowrap" }}>
        {stack.slice_spacing_mm === null ? "one slice" : `${stack.slice_spacing_mm.toFixed(1)} mm`}
      </Table.Td>
      <Table.Td className="numbers" style={{ whiteSpace: "nowrap" }}>
        {stack.rr_ms === null ? "not in the data" : `${Math.round(stack.rr_ms)} ms`}
      </Table.Td>
      <Table.Td maw={280}>
        <Text size="sm" c="ink.6">
          {changed
            ? `Changed by hand; suggested was ${VIEW_NAMES[stack.suggested_view]} ${CONTRAST_NAMES[stack.suggested_contrast]}.`
            : stack.reason}
        </Text>
        <Failure error={change.error} />
      </Table.Td>
    </Table.Tr>
  );
}
