import { type LogPage, logPageSchema } from "../../../protocol/http_api/log_api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import type { LogChoice, LogsClient } from "../logs_client.ts";
import { ANSWER_TIMEOUT_MS, type MasterHttp } from "./master_http.ts";

/** The logs behind the HTTP interface of a master. */
export class HttpLogsClient implements LogsClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  tail(count: number, choice: LogChoice): Promise<LogPage> {
    return this.#ask({ ...queryOf(choice), tail: String(count) }, ANSWER_TIMEOUT_MS);
  }

  after(cursor: number, { waitMs, ...choice }: LogChoice & { waitMs: number }): Promise<LogPage> {
    const query = { ...queryOf(choice), after: String(cursor), waitMs: String(waitMs) };
    return this.#ask(query, waitMs + ANSWER_TIMEOUT_MS);
  }

  #ask(query: Record<string, string>, timeoutMs: number): Promise<LogPage> {
    return this.#http.ask(logPageSchema, `${PATHS.logs}?${new URLSearchParams(query)}`, { timeoutMs });
  }
}

function queryOf({ node, level, sinceMs }: LogChoice): Record<string, string> {
  return { level, sinceMs: String(sinceMs), ...(node === null ? {} : { node }) };
}
