import { type Problem, problemSchema } from "../../../protocol/http_api/api.ts";
import type { MasterHandle } from "../../../master/master_handle.ts";

/** As the answer of this machine's own master: a name that only loopback has. */
const BASE = "http://127.0.0.1";

/** One request to the master's HTTP interface, with no port in between. */
export async function ask(
  master: MasterHandle,
  path: string,
  init: RequestInit & { token?: string } = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (init.token !== undefined) headers.set("authorization", `Bearer ${init.token}`);
  const { body } = init;
  const length = body instanceof Uint8Array || typeof body === "string" ? body.length : 0;
  // A Request that was not sent has no Content-Length of its own.
  if (init.method !== undefined && !headers.has("content-length")) headers.set("content-length", String(length));
  if (headers.get("content-length") === "none") headers.delete("content-length");
  return await master.fetch(new Request(BASE + path, { ...init, headers }));
}

/** The problem that an answer carries, checked against its schema. */
export async function problemIn(answer: Response | Promise<Response>): Promise<Problem> {
  const response = await answer;
  const problem = problemSchema.parse(await response.json());
  if (problem.status !== response.status) throw new Error(`status ${response.status} says ${problem.status}`);
  return problem;
}
