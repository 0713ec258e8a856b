import {
  Anchor,
  Button,
  Card,
  Group,
  Modal,
  Stack,
  Table,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { answer, client } from "../../api/client";
import { caseSetsQuery } from "../../api/queries";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { PageHead } from "../../components/PageHead";

export function CaseSetsPage() {
  const sets = useQuery(caseSetsQuery);
  const [making, setMaking] = useState(false);
  const button = <Button onClick={() => setMaking(true)}>New case set</Button>;
  return (
    <>
      <PageHead
        title="Case sets"
        lead="Cases in a teaching order. Fellows can filter the catalogue by set."
        actions={button}
      />
      <Answer query={sets}>
        {(data) =>
          data.length === 0 ? (
            <Empty title="No case sets yet" action={button}>
              Make a set, then add cases to it and put them in order.
            </Empty>
          ) : (
            <Card p={0}>
              <Table
                verticalSpacing="sm"
                horizontalSpacing="lg"
                highlightOnHover
                data-testid="case-sets"
              >
                <Table.Tbody>
                  {data.map((set) => (
                    <Table.Tr key={set.id}>
                      <Table.Td>
                        <Anchor component={Link} to={`/case-sets/${set.id}`} fw={600}>
                          {set.name}
                        </Anchor>
                        <Text size="sm" c="ink.6">
                          {set.description}
                        </Text>
                      </Table.Td>
                      <Table.Td ta="right" className="numbers">
                        {set.cases.length} {set.cases.length === 1 ? "case" : "cases"}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Card>
          )
        }
      </Answer>
      <NewSet opened={making} onClose={() => setMaking(false)} />
    </>
  );
}

function NewSet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const make = useMutation({
    mutationFn: () => answer(client.POST("/api/case-sets", { body: { name, description } })),
    onSuccess: async (set) => {
      void queryClient.invalidateQueries({ queryKey: caseSetsQuery.queryKey });
      await navigate(`/case-sets/${set.id}`);
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="New case set" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!make.isPending) make.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            data-autofocus
            maxLength={120}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            autosize
            minRows={2}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Failure error={make.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending}>
              Make the set
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
