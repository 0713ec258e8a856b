import { Loader } from "@mantine/core";
import type { RouteObject } from "react-router";
import { CataloguePage } from "../features/cases/CataloguePage";
import { HomePage } from "../features/cases/HomePage";
import { ProgressPage } from "../features/progress/ProgressPage";
import { NeedsRole, NeedsSession } from "../features/session/guards";
import { SignInPage } from "../features/session/SignInPage";
import { EDUCATION_ROLES, PROGRAMME_ROLES } from "../features/session/useSession";
import { ErrorPage, NotFoundPage } from "./ErrorPage";
import { Frame } from "./Frame";
import { LightPage } from "./LightPage";

/** Pages with images and pages for educators and directors are fetched when first opened. */
export const routes: RouteObject[] = [
  {
    errorElement: <ErrorPage />,
    hydrateFallbackElement: <Loader m="xl" aria-label="Loading" />,
    children: [
      { path: "/sign-in", element: <SignInPage /> },
      {
        element: (
          <NeedsSession>
            <Frame />
          </NeedsSession>
        ),
        children: [
          {
            path: "/cases/:caseId",
            lazy: async () => ({
              Component: (await import("../features/reading/ReadingPage")).ReadingPage,
            }),
          },
          {
            element: <LightPage />,
            errorElement: <ErrorPage />,
            children: [
              { path: "/", element: <HomePage /> },
              { path: "/cases", element: <CataloguePage /> },
              { path: "/progress", element: <ProgressPage /> },
              {
                path: "/reads/:readId",
                lazy: async () => ({
                  Component: (await import("../features/feedback/FeedbackPage")).FeedbackPage,
                }),
              },
              {
                element: <NeedsRole roles={EDUCATION_ROLES} />,
                children: [
                  {
                    path: "/studies",
                    lazy: async () => ({
                      Component: (await import("../features/studies/StudiesPage")).StudiesPage,
                    }),
                  },
                  {
                    path: "/studies/import",
                    lazy: async () => ({
                      Component: (await import("../features/studies/ImportPage")).ImportPage,
                    }),
                  },
                  {
                    path: "/studies/:studyId",
                    lazy: async () => ({
                      Component: (await import("../features/studies/StudyPage")).StudyPage,
                    }),
                  },
                  {
                    path: "/case-sets",
                    lazy: async () => ({
                      Component: (await import("../features/cases/CaseSetsPage")).CaseSetsPage,
                    }),
                  },
                  {
                    path: "/case-sets/:setId",
                    lazy: async () => ({
                      Component: (await import("../features/cases/CaseSetPage")).CaseSetPage,
                    }),
                  },
                ],
              },
              {
                element: <NeedsRole roles={PROGRAMME_ROLES} />,
                children: [
                  {
                    path: "/questions",
                    lazy: async () => ({
                      Component: (await import("../features/review/QuestionsPage")).QuestionsPage,
                    }),
                  },
                  {
                    path: "/cohorts",
                    lazy: async () => ({
                      Component: (await import("../features/programme/CohortsPage")).CohortsPage,
                    }),
                  },
                  {
                    path: "/cohorts/:cohortId",
                    lazy: async () => ({
                      Component: (await import("../features/programme/CohortPage")).CohortPage,
                    }),
                  },
                ],
              },
              { path: "*", element: <NotFoundPage /> },
            ],
          },
        ],
      },
    ],
  },
];
