import {
  type ClusterInfo,
  clusterSchema,
  type ModelListing,
  modelsSchema,
  nodeCommandAnswerSchema,
  type NodeListing,
  nodesSchema,
  type PredictAnswer,
  predictAnswerSchema,
} from "../../../protocol/http_api/api.ts";
import { type NodeDecision, nodeDecisionAnswerSchema } from "../../../protocol/http_api/node_decision.ts";
import { JOINED_MEDIA_TYPE, splitResponse } from "../../../protocol/http/joined_answer.ts";
import { blobPath, nodeCommandPath, nodePath, PATHS } from "../../../protocol/http_api/paths.ts";
import { sizedBody } from "../../../protocol/http/sized_body.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { NODE_ORDER_EXTRA_MS, type NodeOrderName } from "../../../protocol/messages/command_names.ts";
import { NO_GALLERY } from "../../../protocol/kernel/people_names.ts";
import type { BlobReference } from "../../../protocol/messages/task.ts";
import type { ClusterClient, Predicted, PredictOptions } from "../cluster_client.ts";
import { ANSWER_TIMEOUT_MS, type MasterHttp } from "./master_http.ts";

const COMMAND_TIMEOUT_MS = LIMITS.drainMs + ANSWER_TIMEOUT_MS;
/**
 * Longer than the deadline of the master for one picture, so that it only ends requests to a master
 * that hangs.
 */
const PREDICTION_TIMEOUT_MS = LIMITS.taskDeadlineMs + ANSWER_TIMEOUT_MS;

/** The answer to one picture. */
interface ReceivedPrediction {
  readonly answer: PredictAnswer;
  /** The annotated picture; `null` if the response does not include it. */
  readonly picture: Uint8Array<ArrayBuffer> | null;
}

/** The cluster behind the HTTP interface of a master. */
export class HttpClusterClient implements ClusterClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  get label(): string {
    return this.#http.label;
  }

  info(): Promise<ClusterInfo> {
    return this.#http.ask(clusterSchema, PATHS.cluster);
  }

  async nodes(): Promise<NodeListing[]> {
    return (await this.#http.ask(nodesSchema, PATHS.nodes)).nodes;
  }

  async models(): Promise<ModelListing[]> {
    return (await this.#http.ask(modelsSchema, PATHS.models)).models;
  }

  async command(nodeId: string, command: NodeOrderName): Promise<string> {
    const answer = await this.#http.ask(nodeCommandAnswerSchema, nodeCommandPath(nodeId), {
      method: "POST",
      body: JSON.stringify({ command }),
      mediaType: "application/json",
      timeoutMs: COMMAND_TIMEOUT_MS + NODE_ORDER_EXTRA_MS[command],
    });
    return answer.detail;
  }

  async judgeNode(nodeId: string, decision: NodeDecision): Promise<string> {
    const [path, method] = decision === "remove"
      ? [nodePath(nodeId), "DELETE"] as const
      : [nodePath(nodeId, decision), "POST"] as const;
    return (await this.#http.ask(nodeDecisionAnswerSchema, path, { method })).detail;
  }

  async predict(image: Uint8Array<ArrayBuffer>, options: PredictOptions): Promise<Predicted> {
    const { answer: { prediction, annotated }, picture } = await this.#send(image, options);
    if (annotated === null) return { prediction, annotated };
    return { prediction, annotated: this.#verified(picture ?? await this.#fetch(annotated, options), annotated) };
  }

  close(): Promise<void> {
    this.#http.close();
    return Promise.resolve();
  }

  /**
   * Sends a picture for recognition. A prediction changes nothing on the master, so the request is
   * sent again if its response is lost.
   */
  #send(image: Uint8Array<ArrayBuffer>, options: PredictOptions): Promise<ReceivedPrediction> {
    const query = new URLSearchParams({
      model: options.model,
      annotate: String(options.annotate),
      embeddings: String(options.embeddings),
      gallery: options.gallery ?? NO_GALLERY,
      ...(options.keepDoubtful ? { keepDoubtful: "true" } : {}),
      ...(options.maxSide === undefined ? {} : { maxSide: String(options.maxSide) }),
      ...(options.anyAngle ? { anyAngle: "true" } : {}),
      ...(options.smallFaces ? { smallFaces: "true" } : {}),
    });
    return this.#http.call(`${PATHS.predictions}?${query}`, {
      method: "POST",
      body: image,
      mediaType: "application/octet-stream",
      headers: { "accept": `${JOINED_MEDIA_TYPE}, application/json`, "accept-encoding": "identity" },
      timeoutMs: PREDICTION_TIMEOUT_MS,
      signal: options.signal,
      retryOn: ["refusal", "outage"],
      read: async (response) => {
        const { json, picture } = await splitResponse({ headers: response.headers, bytes: () => sizedBody(response) });
        return { answer: this.#http.parse(predictAnswerSchema, json), picture };
      },
    });
  }

  /** Fetches the annotated picture if the response did not include it. */
  #fetch({ digest }: BlobReference, { signal }: PredictOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#http.call(blobPath(digest), { signal, read: (response) => response.bytes() });
  }

  #verified(bytes: Uint8Array<ArrayBuffer>, { digest, size }: BlobReference): Uint8Array<ArrayBuffer> {
    if (bytes.length === size && digestOf(bytes) === digest) return bytes;
    throw new DmlError(
      "blob_corrupt",
      `The annotated picture that came from ${this.label} is not the one that was announced.`,
    );
  }
}
