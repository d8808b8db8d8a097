import { sizedBody } from "../../../protocol/http/sized_body.ts";
import { type FilePiecesAnswer, filePiecesAnswerSchema } from "../../../protocol/http_api/file_api.ts";
import { nodeFilesPath, PATHS } from "../../../protocol/http_api/paths.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import {
  digestAnswerSchema,
  type FileAction,
  finishAnswerSchema,
  type FinishRequest,
  type ListAnswer,
  listAnswerSchema,
  type ListRequest,
  type PlanAnswer,
  planAnswerSchema,
  type PlanRequest,
  type ReadRequest,
  type RemoveAnswer,
  removeAnswerSchema,
  type RemoveRequest,
} from "../../../protocol/messages/files.ts";
import type { z } from "../../../protocol/schema.ts";
import type { FilesClient } from "../files_client.ts";
import type { Call, MasterHttp } from "./master_http.ts";

/** Timeout of a request: the node may take as long as the master waits for it. */
const TIMEOUT_MS = LIMITS.fileOrderMs + 10_000;
/** All requests can be sent again: what was done already is found done. */
const RETRIED = { method: "POST", timeoutMs: TIMEOUT_MS, retryOn: ["refusal", "outage"] } as const satisfies Call;

/** The files of nodes behind the HTTP interface of a master. */
export class HttpFilesClient implements FilesClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  list(nodeId: string, request: ListRequest): Promise<ListAnswer> {
    return this.#ask(listAnswerSchema, { nodeId, action: "list", request });
  }

  async digests(nodeId: string, paths: readonly string[]): Promise<(Digest | null)[]> {
    return (await this.#ask(digestAnswerSchema, { nodeId, action: "digest", request: { paths } })).digests;
  }

  read(nodeId: string, request: ReadRequest): Promise<Uint8Array<ArrayBuffer>> {
    const body = JSON.stringify(request);
    const call = { ...RETRIED, body, mediaType: "application/json" };
    return this.#http.call(nodeFilesPath(nodeId, "read"), { ...call, read: sizedBody });
  }

  plan(nodeId: string, request: PlanRequest): Promise<PlanAnswer> {
    return this.#ask(planAnswerSchema, { nodeId, action: "plan", request });
  }

  async write(nodeIds: readonly string[], parcel: Uint8Array<ArrayBuffer>): Promise<FilePiecesAnswer["nodes"]> {
    const call = { ...RETRIED, body: parcel, mediaType: "application/octet-stream" };
    const path = `${PATHS.filePieces}?${new URLSearchParams({ nodes: nodeIds.join(",") })}`;
    return (await this.#http.ask(filePiecesAnswerSchema, path, call)).nodes;
  }

  async finish(nodeId: string, request: FinishRequest): Promise<void> {
    await this.#ask(finishAnswerSchema, { nodeId, action: "finish", request });
  }

  remove(nodeId: string, request: RemoveRequest): Promise<RemoveAnswer> {
    return this.#ask(removeAnswerSchema, { nodeId, action: "remove", request });
  }

  #ask<Schema extends z.ZodType>(
    schema: Schema,
    { nodeId, action, request }: { nodeId: string; action: FileAction; request: unknown },
  ): Promise<z.infer<Schema>> {
    const call = { ...RETRIED, body: JSON.stringify(request), mediaType: "application/json" };
    return this.#http.ask(schema, nodeFilesPath(nodeId, action), call);
  }
}
