import { Anchor, Badge, Card, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { questionsQuery } from "../../api/queries";
import type { Question, QuestionKind } from "../../api/types";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { PageHead } from "../../components/PageHead";
import { Pages } from "../../components/Pages";
import { When } from "../../components/When";
import { rowHash } from "../feedback/decisions";

const KINDS: Record<QuestionKind, { filter: string; badge: string; color: string }> = {
  appeal: { filter: "Appeals", badge: "Appeal", color: "amber" },
  dispute: { filter: "Model sides with the fellow", badge: "Disputed", color: "blue" },
  omission: { filter: "Report may have left it out", badge: "Possible omission", color: "lagoon" },
};
const FILTERS = [
  { value: "all", label: "All" },
  ...Object.entries(KINDS).map(([value, kind]) => ({ value, label: kind.filter })),
];

/** What waits for an educator: appeals, and what the image model asks about a grade. */
export function QuestionsPage() {
  const [search, setSearch] = useSearchParams();
  const chosen = search.get("kind") ?? "";
  const kind = chosen in KINDS ? (chosen as QuestionKind) : undefined;
  const page = Math.max(1, Number(search.get("page")) || 1);
  const questions = useQuery(questionsQuery({ kind, page }));
  return (
    <>
      <PageHead
        title="To review"
        lead="The longest waiting first. Open one to see both texts and the images, and decide about the row with a reason."
      />
      <SegmentedControl
        aria-label="Which questions"
        bg="#e9e5da"
        mb="lg"
        data={FILTERS}
        value={kind ?? "all"}
        onChange={(value) => setSearch(value === "all" ? {} : { kind: value })}
      />
      <Answer query={questions} lines={6}>
        {(data) =>
          data.results.length === 0 ? (
            <Empty title="Nothing waits for you">
              Fellows’ appeals come here, and findings on which the image model, as second reader,
              sides with a fellow against the report.
            </Empty>
          ) : (
            <>
              <Stack gap="sm" data-testid="questions">
                {data.results.map((question) => (
                  <OneQuestion key={question.id} question={question} />
                ))}
              </Stack>
              <Pages
                count={data.count}
                page={page}
                onPage={(next) =>
                  setSearch({ ...(kind ? { kind } : {}), ...{ page: String(next) } })
                }
              />
            </>
          )
        }
      </Answer>
    </>
  );
}

function OneQuestion({ question }: { question: Question }) {
  const kind = KINDS[question.kind];
  return (
    <Card data-testid="question" data-kind={question.kind}>
      <Group justify="space-between" gap="sm" align="flex-start" wrap="nowrap">
        <div>
          <Group gap="sm" mb={4}>
            <Badge color={kind.color}>{kind.badge}</Badge>
            <Title order={2} size="h4">
              <Anchor
                component={Link}
                to={`/reads/${question.read_id}${rowHash(question.concept)}`}
                inherit
              >
                {question.name}
              </Anchor>
            </Title>
          </Group>
          <Text size="sm" c="ink.6">
            {question.case.title} · {question.fellow.name}
          </Text>
        </div>
        <Text size="sm" c="ink.6">
          <When at={question.raised_at} />
        </Text>
      </Group>
      {question.text && <Text mt="sm">“{question.text}”</Text>}
      {question.row && (
        <Text size="sm" c="ink.6" mt={6}>
          What the fellow was told: {question.row.sentence}
        </Text>
      )}
    </Card>
  );
}
