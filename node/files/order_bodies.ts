import { HttpOrigin } from "../../protocol/http/http_origin.ts";
import { errorOfResponse } from "../../protocol/http/problem.ts";
import { sizedBody } from "../../protocol/http/sized_body.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { MasterTrust } from "../../protocol/security/master_trust.ts";

/** Requests and answers of orders about files, as they travel between this node and its master. */
export interface OrderBodies {
  fetch(orderId: string, options: { signal: AbortSignal }): Promise<Uint8Array<ArrayBuffer>>;
  put(orderId: string, answer: Uint8Array<ArrayBuffer>, options: { signal: AbortSignal }): Promise<void>;
}

/** The requests and answers at the HTTP interface of the master. */
export class HttpOrderBodies implements OrderBodies, Disposable {
  readonly #origin: HttpOrigin;
  readonly #session: () => string | null;

  constructor(baseUrl: string | URL, options: { session: () => string | null; trust: () => MasterTrust }) {
    this.#origin = new HttpOrigin(baseUrl, options);
    this.#session = options.session;
  }

  async fetch(orderId: string, { signal }: { signal: AbortSignal }): Promise<Uint8Array<ArrayBuffer>> {
    return await sizedBody(await this.#send(orderId, { method: "GET", signal }));
  }

  async put(orderId: string, body: Uint8Array<ArrayBuffer>, { signal }: { signal: AbortSignal }): Promise<void> {
    const response = await this.#send(orderId, { method: "PUT", body, signal });
    await response.body?.cancel();
  }

  [Symbol.dispose](): void {
    this.#origin.close();
  }

  async #send(
    orderId: string,
    request: { method: "GET" | "PUT"; body?: Uint8Array<ArrayBuffer>; signal: AbortSignal },
  ): Promise<Response> {
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    const session = this.#session();
    if (session !== null) headers.authorization = `Bearer ${session}`;
    let response: Response;
    try {
      response = await this.#origin.send(`${PATHS.fileOrders}/${orderId}`, { ...request, headers, redirect: "error" });
    } catch (error) {
      throw new DmlError("connection_lost", `The master cannot be asked: ${asDmlError(error).message}`, {
        cause: error,
      });
    }
    if (response.ok) return response;
    throw await errorOfResponse(response, { what: "The request about files" });
  }
}
