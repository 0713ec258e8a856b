import { Group, Pagination } from "@mantine/core";
import { PAGE_SIZE } from "../api/queries";

interface PagesProps {
  count: number;
  page: number;
  onPage: (page: number) => void;
  size?: number;
}

export function Pages({ count, page, onPage, size = PAGE_SIZE }: PagesProps) {
  const total = Math.ceil(count / size);
  if (total <= 1) return null;
  return (
    <Group justify="center" mt="lg">
      <Pagination
        total={total}
        value={page}
        onChange={onPage}
        getControlProps={(control) => ({ "aria-label": `${control} page` })}
      />
    </Group>
  );
}
