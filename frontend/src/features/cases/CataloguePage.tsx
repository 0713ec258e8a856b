import { Group, SegmentedControl, Select, SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { caseSetsQuery, casesQuery, type ReadingStatus } from "../../api/queries";
import { Answer } from "../../components/Answer";
import { Empty } from "../../components/Empty";
import { PageHead } from "../../components/PageHead";
import { Pages } from "../../components/Pages";
import { CaseCard } from "./CaseCard";

const STATUSES: { value: ReadingStatus; label: string }[] = [
  { value: "all", label: "All" },
  { value: "unread", label: "Unread" },
  { value: "read", label: "Read" },
];

export function CataloguePage() {
  const [search, setSearch] = useSearchParams();
  const status = STATUSES.find((entry) => entry.value === search.get("status"))?.value ?? "all";
  const caseSet = search.get("set");
  const page = Math.max(1, Number(search.get("page")) || 1);
  const cases = useQuery(casesQuery({ status, caseSet, page }));
  const sets = useQuery({ ...caseSetsQuery, retry: false });
  const change = (key: string, value: string | null) =>
    setSearch((old) => {
      const next = new URLSearchParams(old);
      if (key !== "page") next.delete("page");
      if (value) next.set(key, value);
      else next.delete(key);
      return next;
    });
  const options = sets.data?.map((set) => ({ value: set.id, label: set.name })) ?? [];

  return (
    <>
      <PageHead
        title="Cases"
        lead="A case keeps its title to itself until you have submitted a read of it."
      />
      <Group mb="lg" gap="md">
        <SegmentedControl
          aria-label="Which cases"
          bg="#e9e5da"
          data={STATUSES}
          value={status}
          onChange={(value) => change("status", value === "all" ? null : value)}
        />
        {options.length > 0 && (
          <Select
            aria-label="Case set"
            placeholder="Every case set"
            data={options}
            value={caseSet}
            onChange={(value) => change("set", value)}
            clearable
            w={280}
          />
        )}
      </Group>
      <Answer query={cases} lines={6}>
        {(data) =>
          data.results.length === 0 ? (
            <NoCases status={status} filtered={caseSet !== null} />
          ) : (
            <>
              <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="md">
                {data.results.map((entry) => (
                  <CaseCard key={entry.id} entry={entry} />
                ))}
              </SimpleGrid>
              <Pages
                count={data.count}
                page={page}
                onPage={(next) => change("page", String(next))}
              />
            </>
          )
        }
      </Answer>
    </>
  );
}

function NoCases({ status, filtered }: { status: ReadingStatus; filtered: boolean }) {
  if (filtered) {
    return (
      <Empty title="No case of this set fits">Choose another set, or look at all cases.</Empty>
    );
  }
  if (status === "unread") {
    return (
      <Empty title="You have read every case">
        Look again at the ones you have read, or ask an educator for more.
      </Empty>
    );
  }
  if (status === "read") {
    return (
      <Empty title="No reads yet">Open an unread case, write what you see and submit it.</Empty>
    );
  }
  return (
    <Empty title="No cases yet">
      An educator makes a case from an imported study and its report, and publishes it.
    </Empty>
  );
}
