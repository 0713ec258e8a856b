import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createBrowserRouter, RouterProvider } from "react-router";
import { vi } from "vitest";
import { makeQueryClient } from "./app/queryClient";
import { theme } from "./app/theme";

export interface Call {
  method: string;
  path: string;
  body: unknown;
  csrf: string | null;
}

interface Reply {
  status: number;
  body: unknown;
  delay?: number;
}

/** Answers fetch by "METHOD /path"; everything else gets a 404. Gives the calls as they come. */
export function answerWith(replies: Record<string, Reply>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const text = await request.text();
    calls.push({
      method: request.method,
      path: pathname,
      body: text ? JSON.parse(text) : null,
      csrf: request.headers.get("X-CSRFToken"),
    });
    const reply = replies[`${request.method} ${pathname}`] ?? { status: 404, body: null };
    if (reply.delay) await new Promise((resolve) => setTimeout(resolve, reply.delay));
    return new Response(reply.status === 204 ? null : JSON.stringify(reply.body), {
      status: reply.status,
      headers: { "Content-Type": "application/json" },
    });
  });
  return calls;
}

/** Renders an element as a page at an address, with everything pages expect around them. */
export function renderPage(element: ReactNode, address = "/") {
  window.history.replaceState(null, "", address);
  const router = createBrowserRouter([{ path: "*", element }]);
  return render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={makeQueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}
