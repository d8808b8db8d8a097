import { type PredictAnswer, predictAnswerSchema } from "../../../protocol/http_api/api.ts";
import type { Answer } from "../../../protocol/http/http_answer.ts";
import { HttpClient } from "../../../protocol/http/http_client.ts";
import { JOINED_MEDIA_TYPE, splitResponse } from "../../../protocol/http/joined_answer.ts";
import { blobPath, PATHS } from "../../../protocol/http_api/paths.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { NO_GALLERY } from "../../../protocol/kernel/people_names.ts";
import type { BlobReference } from "../../../protocol/messages/task.ts";
import type { Predicted, PredictOptions } from "../cluster_client.ts";
import type { HttpClusterClient } from "./cluster.ts";
import { retryOnOutage } from "../retry/retry.ts";
import { ANSWER_TIMEOUT_MS, type HttpClusterClientOptions, type Send } from "./request.ts";

/** The master answers within its own deadline; this is for one that is stuck. */
const PREDICTION_TIMEOUT_MS = LIMITS.taskDeadlineMs + ANSWER_TIMEOUT_MS;

type Asked = PredictOptions & { readonly signal: AbortSignal };

/** What the predictions need of the client of the cluster. */
type Cluster = Pick<HttpClusterClient, "through" | "parse" | "call" | "untilTaken" | "label">;

/** The master's answer to one picture; the annotated one is null when none was asked for, or must be fetched by its digest. */
interface Said {
  readonly answer: PredictAnswer;
  readonly picture: Uint8Array<ArrayBuffer> | null;
}

/** The predictions of a master. */
export class HttpPredictionClient {
  readonly #cluster: Cluster;
  readonly #options: HttpClusterClientOptions;
  /** Pictures go through it in half the time that `fetch` takes for them. */
  readonly #http: HttpClient;

  constructor(
    cluster: Cluster,
    options: HttpClusterClientOptions & { baseUrl: string },
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#http = new HttpClient(new URL(options.baseUrl));
  }

  /** As {@linkcode HttpClusterClient.predict}. */
  async predict(image: Uint8Array<ArrayBuffer>, options: Asked): Promise<Predicted> {
    const { signal } = options;
    const ask = () => this.#ask(image, options);
    // A prediction changes nothing: one that was made and got lost on the way is made once more.
    const { answer, picture } = await this.#cluster.untilTaken(
      () => retryOnOutage(ask, { ...this.#options, signal }),
      signal,
    );
    const { prediction, annotated } = answer;
    if (annotated === null) return { prediction, annotated };
    return { prediction, annotated: this.#verified(picture ?? await this.#fetchPicture(annotated, signal), annotated) };
  }

  /** Lets go of the connections that are kept for the next request. */
  close(): void {
    this.#http.close();
  }

  #ask(image: Uint8Array<ArrayBuffer>, options: Asked): Promise<Said> {
    const query = new URLSearchParams({
      model: options.model,
      annotate: String(options.annotate),
      embeddings: String(options.embeddings),
      gallery: options.gallery ?? NO_GALLERY,
    });
    const send: Send<Answer> = (path, { headers, signal }) =>
      this.#http.send({ method: "POST", path, headers, body: image, signal });
    return this.#cluster.through(send, `${PATHS.predictions}?${query}`, {
      method: "POST",
      mediaType: "application/octet-stream",
      accept: `${JOINED_MEDIA_TYPE}, application/json`,
      timeoutMs: PREDICTION_TIMEOUT_MS,
      signal: options.signal,
      read: async (response) => {
        const { json, picture } = await splitResponse(response);
        return { answer: this.#cluster.parse(predictAnswerSchema, json), picture };
      },
    });
  }

  /** From a master that does not send it along. */
  async #fetchPicture({ digest }: BlobReference, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const read = async (response: Response) => new Uint8Array(await response.arrayBuffer());
    return await this.#cluster.call(blobPath(digest), { signal, read });
  }

  #verified(bytes: Uint8Array<ArrayBuffer>, { digest, size }: BlobReference): Uint8Array<ArrayBuffer> {
    if (bytes.length === size && digestOf(bytes) === digest) return bytes;
    throw new DmlError(
      "blob_corrupt",
      `The annotated picture that came from ${this.#cluster.label} is not the one that was announced.`,
    );
  }
}
