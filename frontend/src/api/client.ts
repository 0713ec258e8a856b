import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./schema";

/** A refusal from the server: `message` is the sentence to show, `code` says which kind. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: unknown;

  constructor(status: number, code: string, sentence: string, body: unknown = null) {
    super(sentence);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/** The request never reached the server, or no answer came back. */
export class OfflineError extends Error {
  constructor() {
    super("The server cannot be reached. Check the connection; nothing you wrote is lost.");
    this.name = "OfflineError";
  }
}

export function csrfToken(cookie: string = document.cookie): string {
  const match = /(?:^|;\s*)csrftoken=([^;]+)/.exec(cookie);
  return match?.[1] ? decodeURIComponent(match[1]) : "";
}

const SENTENCES: Record<number, string> = {
  401: "Your sign-in has ended. Sign in again to go on.",
  403: "You may not do that with this sign-in.",
  404: "This page or item does not exist, or it is not open to you.",
  413: "The upload is larger than the server takes.",
};

/** Turns a failed response into an ApiError with the server's sentence, or ours if it sent none. */
export function errorFromBody(status: number, body: unknown): ApiError {
  const record = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const detail = typeof record.detail === "string" ? record.detail : undefined;
  const code = typeof record.code === "string" ? record.code : String(status);
  const fallback = SENTENCES[status] ?? `The server answered ${status}. Try again in a moment.`;
  return new ApiError(status, code, detail ?? fallback, body);
}

const csrf: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRFToken", csrfToken());
    return request;
  },
};

export const client = createClient<paths>({
  baseUrl: typeof window === "undefined" ? "" : window.location.origin,
  credentials: "same-origin",
  // openapi-fetch keeps the fetch it was made with; asking at each call lets tests replace it.
  fetch: (request) => globalThis.fetch(request),
});
client.use(csrf);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Awaits an openapi-fetch call and gives its data, or throws ApiError or OfflineError. */
export async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
  let result: Answer<T>;
  try {
    result = await call;
  } catch (reason) {
    if (reason instanceof TypeError) throw new OfflineError();
    throw reason;
  }
  if (!result.response.ok) throw errorFromBody(result.response.status, result.error);
  return result.data as T;
}
