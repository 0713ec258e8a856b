import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";
import type { QuestionKind } from "./types";

/** Reading from the API: one place that names what is asked and under which key it is kept. */

export const PAGE_SIZE = 24;

export type ReadingStatus = "all" | "unread" | "read";

const page = (number: number, size = PAGE_SIZE) => ({ limit: size, offset: (number - 1) * size });

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => answer(client.GET("/api/session")),
  staleTime: 60_000,
});

export const casesQuery = (
  options: { status?: ReadingStatus; caseSet?: string | null; page?: number; size?: number } = {},
) => {
  const { status = "all", caseSet = null, page: number = 1, size = PAGE_SIZE } = options;
  const query = { status, ...page(number, size), ...(caseSet ? { case_set: caseSet } : {}) };
  return queryOptions({
    queryKey: ["cases", query],
    queryFn: () => answer(client.GET("/api/cases", { params: { query } })),
    placeholderData: keepPreviousData,
  });
};

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: ["case", id],
    queryFn: () =>
      answer(client.GET("/api/cases/{case_id}", { params: { path: { case_id: id } } })),
  });

export const draftQuery = (caseId: string) =>
  queryOptions({
    queryKey: ["draft", caseId],
    queryFn: () =>
      answer(client.GET("/api/cases/{case_id}/draft", { params: { path: { case_id: caseId } } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // A draft is taken from the server anew whenever the reading page opens.
  });

export const readsQuery = (number = 1, size = PAGE_SIZE) =>
  queryOptions({
    queryKey: ["reads", number, size],
    queryFn: () => answer(client.GET("/api/reads", { params: { query: page(number, size) } })),
    placeholderData: keepPreviousData,
  });

/** Asked again every second while the read waits for its grade. */
export const readQuery = (id: string) =>
  queryOptions({
    queryKey: ["read", id],
    queryFn: () =>
      answer(client.GET("/api/reads/{read_id}", { params: { path: { read_id: id } } })),
    refetchInterval: (query) => (query.state.data?.state === "waiting" ? 1000 : false),
    refetchIntervalInBackground: true,
  });

/** Open questions for those who teach; `size` 1 asks for little more than their number. */
export const questionsQuery = (
  options: { kind?: QuestionKind | undefined; page?: number; size?: number } = {},
) => {
  const { kind, page: number = 1, size = PAGE_SIZE } = options;
  const query = { ...page(number, size), ...(kind ? { kind } : {}) };
  return queryOptions({
    queryKey: ["questions", query],
    queryFn: () => answer(client.GET("/api/questions", { params: { query } })),
    placeholderData: keepPreviousData,
  });
};

export const progressQuery = queryOptions({
  queryKey: ["progress"],
  queryFn: () => answer(client.GET("/api/progress")),
});

export const studiesQuery = (number = 1) =>
  queryOptions({
    queryKey: ["studies", number],
    queryFn: () => answer(client.GET("/api/studies", { params: { query: page(number) } })),
    placeholderData: keepPreviousData,
  });

export const studyQuery = (id: string) =>
  queryOptions({
    queryKey: ["study", id],
    queryFn: () =>
      answer(client.GET("/api/studies/{study_id}", { params: { path: { study_id: id } } })),
  });

const settled = (state: string | undefined) => state === "stored" || state === "refused";

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ["import", id],
    queryFn: () =>
      answer(client.GET("/api/imports/{upload_id}", { params: { path: { upload_id: id } } })),
    refetchInterval: (query) => (settled(query.state.data?.state) ? false : 1000),
  });

export const importsQuery = queryOptions({
  queryKey: ["imports"],
  queryFn: () => answer(client.GET("/api/imports", { params: { query: { limit: 20 } } })),
  refetchInterval: (query) =>
    query.state.data?.results.every((one) => settled(one.state)) === false ? 2000 : false,
});

export const caseSetsQuery = queryOptions({
  queryKey: ["case-sets"],
  queryFn: () => answer(client.GET("/api/case-sets")),
});

export const caseSetQuery = (id: string) =>
  queryOptions({
    queryKey: ["case-sets", id],
    queryFn: () =>
      answer(client.GET("/api/case-sets/{case_set_id}", { params: { path: { case_set_id: id } } })),
  });

export const cohortsQuery = queryOptions({
  queryKey: ["cohorts"],
  queryFn: () => answer(client.GET("/api/cohorts")),
});

export const cohortReadsQuery = (id: string, number = 1) =>
  queryOptions({
    queryKey: ["cohort-reads", id, number],
    queryFn: () =>
      answer(
        client.GET("/api/cohorts/{cohort_id}/reads", {
          params: { path: { cohort_id: id }, query: page(number) },
        }),
      ),
    placeholderData: keepPreviousData,
  });
