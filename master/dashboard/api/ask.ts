import { problemSchema } from "../../../protocol/http_api/api.ts";
import { PAGE_HEADER } from "../../../protocol/http_api/page_api.ts";
import type { Infer, z } from "../../../protocol/schema.ts";
import { connection } from "../shell/connection.ts";
import { Refused } from "./refused.ts";

const UNAUTHORIZED = 401;

/** One request to the master. */
export interface Order {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Body that is sent as JSON. */
  readonly json?: unknown;
  /** Body that is sent as it is. */
  readonly body?: Blob;
  /** Token to sign in with. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** Sends a request and returns its answer, checked by `schema`. Throws {@linkcode Refused}. */
export async function ask<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  order: Order = {},
): Promise<Infer<Schema>> {
  const response = await send(path, order);
  const result = schema.safeParse(await response.json());
  if (result.success) return result.data;
  throw new Refused("The master answered in a form that this page does not know.", {
    code: "answer_unknown",
    status: response.status,
    advice: "The master was probably upgraded: load the page again.",
  });
}

/** Sends a request whose answer has no body. Throws {@linkcode Refused}. */
export async function tell(path: string, order: Order): Promise<void> {
  await (await send(path, order)).arrayBuffer();
}

/** Sends a request and returns the bytes of its answer. Throws {@linkcode Refused}. */
export async function download(path: string): Promise<Blob> {
  return await (await send(path, {})).blob();
}

async function send(path: string, { method = "GET", json, body, token, signal }: Order): Promise<Response> {
  const ended = connection.ended.value;
  // Wrong tokens are counted by the master, so one that it refused is not sent again.
  if (ended !== null && token === undefined && method !== "DELETE") throw ended;
  const headers = new Headers({ [PAGE_HEADER]: "1", accept: "application/json" });
  if (json !== undefined) headers.set("content-type", "application/json");
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const sent = json === undefined ? body : JSON.stringify(json);
  const response = await fetch(path, { method, headers, body: sent, signal }).catch((error) => {
    if (signal?.aborted) throw error;
    connection.isLost.value = true;
    throw unreachable();
  });
  connection.isLost.value = false;
  if (response.ok) return response;
  const refused = await refusalOf(response);
  if (response.status === UNAUTHORIZED && token === undefined) connection.ended.value = refused;
  throw refused;
}

function unreachable(): Refused {
  return new Refused("The master does not answer.", {
    code: "unreachable",
    status: 0,
    advice: "Check that it runs and that this device is in its network; the page goes on by itself.",
  });
}

async function refusalOf(response: Response): Promise<Refused> {
  const { status } = response;
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) {
    return new Refused(`The master answered with status ${status}.`, { code: "unknown", status, advice: "" });
  }
  const { detail, code, advice } = parsed.data;
  return new Refused(detail, { code, status, advice });
}
