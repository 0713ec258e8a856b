import {
  Anchor,
  Badge,
  Button,
  Card,
  Group,
  Modal,
  Select,
  Stack,
  Switch,
  Text,
  Title,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { ApiError, answer, client } from "../../api/client";
import { caseSetQuery, caseSetsQuery, casesQuery } from "../../api/queries";
import type { CaseSet } from "../../api/types";
import { NotFoundPage } from "../../app/ErrorPage";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { PageHead } from "../../components/PageHead";
import { moved } from "./order";

export function CaseSetPage() {
  const { setId = "" } = useParams();
  const query = useQuery(caseSetQuery(setId));
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFoundPage />;
  return <Answer query={query}>{(set) => <OneSet set={set} />}</Answer>;
}

function OneSet({ set }: { set: CaseSet }) {
  const queryClient = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const ids = set.cases.map((entry) => entry.id);
  const refresh = (next: CaseSet) => {
    queryClient.setQueryData(caseSetQuery(set.id).queryKey, next);
    void queryClient.invalidateQueries({ queryKey: caseSetsQuery.queryKey, exact: true });
  };
  const put = useMutation({
    mutationFn: (case_ids: string[]) =>
      answer(
        client.PUT("/api/case-sets/{case_set_id}/cases", {
          params: { path: { case_set_id: set.id } },
          body: { case_ids },
        }),
      ),
    onSuccess: refresh,
  });
  return (
    <>
      <PageHead
        title={set.name}
        lead={set.description || "No description."}
        actions={
          <>
            <Button component={Link} to={`/cases?set=${set.id}`} variant="default">
              See it in the catalogue
            </Button>
            <Button variant="default" color="red" c="red.9" onClick={() => setRemoving(true)}>
              Delete…
            </Button>
          </>
        }
      />
      <Stack gap="lg">
        <AddCase ids={ids} busy={put.isPending} onAdd={(id) => put.mutate([...ids, id])} />
        <Failure error={put.error} />
        {set.cases.length === 0 ? (
          <Empty title="This set is empty">Choose a case above to add it.</Empty>
        ) : (
          <Stack gap="xs" component="ol" style={{ listStyle: "none", padding: 0, margin: 0 }}>
            {set.cases.map((entry, index) => (
              <Card key={entry.id} p="sm" component="li" data-testid="set-case">
                <Group justify="space-between">
                  <Group gap="md">
                    <Text c="ink.6" w={24} ta="right" className="numbers">
                      {index + 1}
                    </Text>
                    <Anchor component={Link} to={`/cases/${entry.id}`} fw={600}>
                      {entry.title}
                    </Anchor>
                    {entry.open && <Badge color="blue">open</Badge>}
                  </Group>
                  <Group gap="xs">
                    <Publish setId={set.id} entry={entry} />
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      aria-label={`Move ${entry.title} up`}
                      disabled={index === 0 || put.isPending}
                      onClick={() => put.mutate(moved(ids, index, -1))}
                    >
                      ↑
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      aria-label={`Move ${entry.title} down`}
                      disabled={index === ids.length - 1 || put.isPending}
                      onClick={() => put.mutate(moved(ids, index, 1))}
                    >
                      ↓
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      disabled={put.isPending}
                      onClick={() => put.mutate(ids.filter((id) => id !== entry.id))}
                    >
                      Remove
                    </Button>
                  </Group>
                </Group>
              </Card>
            ))}
          </Stack>
        )}
      </Stack>
      <DeleteSet set={set} opened={removing} onClose={() => setRemoving(false)} />
    </>
  );
}

function AddCase({
  ids,
  busy,
  onAdd,
}: {
  ids: string[];
  busy: boolean;
  onAdd: (id: string) => void;
}) {
  const cases = useQuery(casesQuery({ size: 200 }));
  const options = (cases.data?.results ?? [])
    .filter((entry) => !ids.includes(entry.id))
    .map((entry) => ({ value: entry.id, label: entry.title }));
  return (
    <Card>
      <Title order={2} size="h3" mb="xs">
        Add a case
      </Title>
      <Select
        aria-label="Case to add"
        placeholder={options.length > 0 ? "Search the cases" : "Every case is in this set"}
        searchable
        data={options}
        value={null}
        disabled={busy || options.length === 0}
        onChange={(id) => id && onAdd(id)}
        nothingFoundMessage="No case of that name"
      />
      <Failure error={cases.error} />
    </Card>
  );
}

function Publish({ setId, entry }: { setId: string; entry: CaseSet["cases"][number] }) {
  const queryClient = useQueryClient();
  const publish = useMutation({
    mutationFn: (published: boolean) =>
      answer(
        client.PATCH("/api/cases/{case_id}", {
          params: { path: { case_id: entry.id } },
          body: { published },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: caseSetQuery(setId).queryKey }),
  });
  return (
    <>
      <Switch
        size="sm"
        label="Published"
        aria-label={`${entry.title} is published`}
        checked={entry.published}
        disabled={publish.isPending}
        onChange={(event) => publish.mutate(event.currentTarget.checked)}
      />
      <Failure error={publish.error} />
    </>
  );
}

function DeleteSet({
  set,
  opened,
  onClose,
}: {
  set: CaseSet;
  opened: boolean;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () =>
      answer(
        client.DELETE("/api/case-sets/{case_set_id}", {
          params: { path: { case_set_id: set.id } },
        }),
      ),
    onSuccess: async () => {
      await navigate("/case-sets");
      queryClient.removeQueries({ queryKey: caseSetQuery(set.id).queryKey });
      await queryClient.invalidateQueries({ queryKey: caseSetsQuery.queryKey });
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={`Delete the set “${set.name}”?`} centered>
      <Text>The set goes. Its cases, and the reads of them, stay.</Text>
      <Failure error={remove.error} />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button color="red.8" loading={remove.isPending} onClick={() => remove.mutate()}>
          Delete the set
        </Button>
      </Group>
    </Modal>
  );
}
