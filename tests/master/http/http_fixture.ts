import { type Problem, problemSchema } from "../../../protocol/http_api/api.ts";
import type { MasterHandle } from "../../../master/master_handle.ts";

/** Address of a master on loopback, which refuses requests for any other host. */
const BASE = "http://127.0.0.1";

/** Sends one request to the master's HTTP interface, without a socket in between. */
export async function ask(
  master: MasterHandle,
  path: string,
  init: RequestInit & { token?: string } = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (init.token !== undefined) headers.set("authorization", `Bearer ${init.token}`);
  const { body } = init;
  const length = body instanceof Uint8Array || typeof body === "string" ? body.length : 0;
  // A Request that is never sent over a connection has no Content-Length of its own.
  if (init.method !== undefined && !headers.has("content-length")) headers.set("content-length", String(length));
  if (headers.get("content-length") === "none") headers.delete("content-length");
  return await master.fetch(new Request(BASE + path, { ...init, headers }));
}

/** Returns the problem in an answer. Throws if it does not match its schema or the status. */
export async function problemIn(answer: Response | Promise<Response>): Promise<Problem> {
  const response = await answer;
  const problem = problemSchema.parse(await response.json());
  if (problem.status !== response.status) throw new Error(`status ${response.status} says ${problem.status}`);
  return problem;
}
