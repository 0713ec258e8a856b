import { Button, Checkbox, Group, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, client } from "../../api/client";
import { questionsQuery, readQuery } from "../../api/queries";
import type { Appeal, GradeRow, Override, Read } from "../../api/types";
import { Failure } from "../../components/Failure";
import { When } from "../../components/When";
import { DECISIONS, decisionSaid } from "./decisions";
import styles from "./feedback.module.css";

interface RowReviewProps {
  read: Read;
  row: GradeRow;
  /** Whether the form is open from the start: someone came here to answer. */
  asked: boolean;
}

/** Under a row: what the fellow says against it, what an educator decided, and the way to both. */
export function RowReview({ read, row, asked }: RowReviewProps) {
  const concept = row.concept;
  if (concept === null) return null;
  const appeals = read.appeals.filter((one) => one.concept === concept);
  const override = read.overrides.find((one) => one.concept === concept);
  const open = appeals.find((one) => one.state === "open");
  const lost = row.points < row.possible;
  return (
    <>
      {appeals.map((one) => (
        <OneAppeal key={one.id} read={read} appeal={one} />
      ))}
      {override && <Decided override={override} />}
      {read.may_appeal && !open && (lost || row.overridden) && (
        <AppealForm read={read} row={row} concept={concept} again={appeals.length > 0} />
      )}
      {read.may_override && (
        <DecisionForm
          read={read}
          row={row}
          concept={concept}
          asked={asked || open !== undefined}
          again={override !== undefined}
        />
      )}
    </>
  );
}

function OneAppeal({ read, appeal }: { read: Read; appeal: Appeal }) {
  const queryClient = useQueryClient();
  const withdraw = useMutation({
    mutationFn: () =>
      answer(
        client.DELETE("/api/appeals/{appeal_id}", { params: { path: { appeal_id: appeal.id } } }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: readQuery(read.id).queryKey }),
  });
  return (
    <div className={styles.appeal} data-testid="appeal" data-state={appeal.state}>
      <div>
        {read.may_appeal ? "Your appeal" : `${read.fellow.name} appeals`},{" "}
        <When at={appeal.raised_at} />: “{appeal.text}”
      </div>
      {appeal.state === "open" && read.may_appeal && (
        <Group gap="xs">
          <span>An educator will answer it here.</span>
          <Button
            size="compact-xs"
            variant="subtle"
            loading={withdraw.isPending}
            onClick={() => withdraw.mutate()}
          >
            Withdraw
          </Button>
        </Group>
      )}
      <Failure error={withdraw.error} />
    </div>
  );
}

function Decided({ override }: { override: Override }) {
  return (
    <div className={styles.decided} data-testid="decided">
      {override.made_by.name}, <When at={override.made_at} />: {decisionSaid(override)}. “
      {override.reason}”
    </div>
  );
}

/** The read as the server gives it back goes straight into the page. */
function useReadMutation<T>(read: Read, send: (body: T) => Promise<Read>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (changed: Read) => {
      queryClient.setQueryData(readQuery(read.id).queryKey, changed);
      for (const key of ["reads", "cohort-reads", "progress", questionsQuery().queryKey[0]]) {
        void queryClient.invalidateQueries({ queryKey: [key] });
      }
    },
  });
}

interface FormProps {
  read: Read;
  row: GradeRow;
  concept: string;
  again: boolean;
}

function AppealForm({ read, row, concept, again }: FormProps) {
  const [shown, setShown] = useState(false);
  const [text, setText] = useState("");
  const send = useReadMutation(read, (body: { concept: string; text: string }) =>
    answer(
      client.POST("/api/reads/{read_id}/appeals", { params: { path: { read_id: read.id } }, body }),
    ),
  );
  if (!shown) {
    return (
      <Opener name={row.name} onOpen={() => setShown(true)}>
        {again ? "Appeal again" : "Appeal"}
      </Opener>
    );
  }
  return (
    <Form
      label={`Appeal against ${row.name}`}
      send={send}
      submit="Send the appeal"
      onSubmit={() => send.mutate({ concept, text }, { onSuccess: () => setShown(false) })}
      onCancel={() => setShown(false)}
    >
      <Textarea
        data-autofocus
        autoFocus
        label="Why is this row wrong?"
        description="Your educator reads it beside both texts and the images."
        autosize
        minRows={2}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </Form>
  );
}

function DecisionForm({ read, row, concept, asked, again }: FormProps & { asked: boolean }) {
  const [shown, setShown] = useState(asked);
  const [decision, setDecision] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [wholeCase, setWholeCase] = useState(false);
  const send = useReadMutation(
    read,
    (body: { concept: string; share: number | null; reason: string; whole_case: boolean }) =>
      answer(
        client.POST("/api/reads/{read_id}/overrides", {
          params: { path: { read_id: read.id } },
          body,
        }),
      ),
  );
  const chosen = DECISIONS.find((one) => one.value === decision);
  if (!shown) {
    return (
      <Opener name={row.name} onOpen={() => setShown(true)}>
        {again ? "Decide again" : "Override"}
      </Opener>
    );
  }
  const others = read.reads_of_case - 1;
  return (
    <Form
      label={`Decide about ${row.name}`}
      send={send}
      submit="Save the decision"
      disabled={!chosen}
      onSubmit={() => {
        if (!chosen) return;
        send.mutate(
          { concept, share: chosen.share, reason, whole_case: wholeCase },
          { onSuccess: () => setShown(false) },
        );
      }}
      onCancel={() => setShown(false)}
    >
      <Radio.Group
        label={`What does “${row.name}” earn?`}
        value={decision}
        onChange={setDecision}
        data-testid="decision"
      >
        <Group gap="md" mt={6}>
          {DECISIONS.filter((one) => again || one.share !== null).map((one) => (
            <Radio key={one.value} value={one.value} label={one.label} size="sm" />
          ))}
        </Group>
      </Radio.Group>
      <Textarea
        label="Reason"
        description="The fellow reads it under the row. Older grades are kept."
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {others > 0 && (
        <Checkbox
          label={`The same for the ${others === 1 ? "other read" : `${others} other reads`} of this case that have this row`}
          checked={wholeCase}
          onChange={(event) => setWholeCase(event.currentTarget.checked)}
        />
      )}
    </Form>
  );
}

function Opener({
  name,
  onOpen,
  children,
}: {
  name: string;
  onOpen: () => void;
  children: string;
}) {
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      className={styles.opener ?? ""}
      aria-label={`${children}: ${name}`}
      onClick={onOpen}
    >
      {children}
    </Button>
  );
}

interface FormShellProps {
  label: string;
  send: { error: Error | null; isPending: boolean };
  submit: string;
  disabled?: boolean;
  onSubmit: () => void;
  onCancel: () => void;
  children: React.ReactNode;
}

function Form({ label, send, submit, disabled, onSubmit, onCancel, children }: FormShellProps) {
  return (
    <form
      className={styles.rowForm}
      aria-label={label}
      onKeyDown={(event) => event.key === "Escape" && onCancel()}
      onSubmit={(event) => {
        event.preventDefault();
        if (!send.isPending) onSubmit();
      }}
    >
      <Stack gap="sm">
        {children}
        <Failure error={send.error} />
        <Group gap="xs">
          <Button type="submit" size="xs" loading={send.isPending} disabled={disabled ?? false}>
            {submit}
          </Button>
          <Button size="xs" variant="default" onClick={onCancel}>
            Cancel
          </Button>
          {disabled && (
            <Text size="xs" c="ink.6">
              Choose what the row earns.
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}
