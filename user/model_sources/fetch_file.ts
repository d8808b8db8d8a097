import { parseContentRange } from "../../protocol/http/byte_range.ts";
import { backoffMs } from "../../protocol/kernel/backoff.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { unreachableReason } from "../../protocol/http/unreachable.ts";
import type { OnBytes } from "../client/models_client.ts";
import { formatBytes } from "../terminal/render.ts";
import { sleep } from "../../protocol/kernel/sleep.ts";
import { followRedirects } from "./follow_redirects.ts";
import type { Variable } from "./variable.ts";
import { PartFile } from "./part_file.ts";

/** Maximum number of consecutive attempts that receive nothing. */
const TRIES_MAX = 5;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;
/** Time without data after which an attempt is aborted. */
const STALL_MS = 30_000;

export interface FetchOptions {
  /** Directory that keeps partial downloads. */
  readonly partsPath: string;
  /** Required SHA-256 of the file in 64 hexadecimal digits; `null` if any file will do. */
  readonly sha256: string | null;
  readonly bytesMax: number;
  readonly onBytes: OnBytes;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  /** Reads an environment variable; those that name proxies are honoured. */
  readonly variable: Variable;
}

/** A fetched file and its SHA-256 in 64 hexadecimal digits. */
export interface FetchedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
}

/**
 * Fetches the file at `url` over https, or over http from this machine. Resumes an earlier partial
 * download as long as the server confirms that the file is unchanged (RFC 9110, `If-Range`). The
 * file must have the required SHA-256, and the one that the server names (`x-linked-etag`, as
 * Hugging Face does). Throws `source_unreachable`, `source_refused`, `source_corrupt` or
 * `interrupted`.
 */
export async function fetchFile(url: URL, options: FetchOptions): Promise<FetchedFile> {
  const part = await PartFile.open(options.partsPath, url.href);
  const fetching = new Fetching(url, part, options);
  const wasResumed = part.size > 0;
  await fetching.run();
  const bytes = await part.read();
  const sha256 = digestOf(bytes).slice("sha256:".length);
  await part.remove();
  for (const expected of [options.sha256, fetching.linkedSha256]) {
    if (expected === null || expected === sha256) continue;
    // The partial download may have been of another file: retry once, from the beginning.
    if (wasResumed) return await fetchFile(url, options);
    throw new DmlError("source_corrupt", `${url} has the SHA-256 ${sha256}, not ${expected}.`);
  }
  return { bytes, sha256 };
}

class Fetching {
  linkedSha256: string | null = null;
  readonly #url: URL;
  readonly #part: PartFile;
  readonly #options: FetchOptions;
  #totalBytes: number | null = null;

  constructor(url: URL, part: PartFile, options: FetchOptions) {
    this.#url = url;
    this.#part = part;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { random, signal } = this.#options;
    for (let failures = 0;;) {
      const before = this.#part.size;
      const failure = await this.#fetchOnce();
      if (failure === null) return;
      if (signal.aborted) throw this.#stopped();
      if (!failure.kind.retryable) throw failure;
      failures = this.#part.size > before ? 1 : failures + 1;
      if (failures >= TRIES_MAX) throw this.#gaveUp(failure);
      await sleep(backoffMs(failures, { random, minMs: RETRY_MIN_MS, maxMs: RETRY_MAX_MS }), this.#options);
      if (signal.aborted) throw this.#stopped();
    }
  }

  /**
   * Makes one attempt. Returns the reason why the file is incomplete, or `null` if it is complete.
   */
  async #fetchOnce(): Promise<DmlError | null> {
    const stall = new AbortController();
    const { clock, signal } = this.#options;
    let cancelTimer = clock.after(STALL_MS, () => stall.abort());
    const onBytes = (bytes: number) => {
      cancelTimer();
      cancelTimer = clock.after(STALL_MS, () => stall.abort());
      this.#options.onBytes(bytes, this.#totalBytes ?? bytes);
    };
    try {
      const response = await this.#ask(AbortSignal.any([signal, stall.signal]));
      if (response === null) return null;
      if (response.body !== null) {
        await this.#part.append(response.body, { bytesMax: this.#options.bytesMax, onBytes });
      }
      if (this.#totalBytes === null || this.#part.size === this.#totalBytes) return null;
      return new DmlError("source_unreachable", `The transfer of ${this.#url} broke off at byte ${this.#part.size}.`);
    } catch (error) {
      if (error instanceof DmlError) return error;
      const reason = stall.signal.aborted ? "it has stopped sending" : unreachableReason(error);
      return new DmlError("source_unreachable", `${this.#url.host} cannot be reached: ${reason}.`, { cause: error });
    } finally {
      cancelTimer();
    }
  }

  /**
   * Requests the missing bytes. Returns the response that contains them, or `null` if none are
   * missing.
   */
  async #ask(signal: AbortSignal): Promise<Response | null> {
    const part = this.#part;
    const headers = new Headers({ "accept-encoding": "identity" });
    if (part.size > 0 && part.validator !== null) {
      headers.set("range", `bytes=${part.size}-`);
      headers.set("if-range", part.validator);
    }
    const { variable } = this.#options;
    const { response, linkedSha256 } = await followRedirects(this.#url, { headers, signal, variable });
    this.linkedSha256 = linkedSha256;
    const range = parseContentRange(response.headers.get("content-range"));
    if (response.status === 206 && range?.range?.start === part.size) {
      this.#totalBytes = range.size;
      return response;
    }
    if (response.status === 416 && range?.size === part.size && part.size > 0) {
      await response.body?.cancel();
      this.#totalBytes = part.size;
      return null;
    }
    if (response.status === 200) {
      const length = response.headers.get("content-length");
      this.#totalBytes = length === null ? null : Number(length);
      await part.restart(validatorOf(response));
      return response;
    }
    await response.body?.cancel();
    if (response.status === 206 || response.status === 416) {
      await part.restart(null);
      throw new DmlError("source_unreachable", `${this.#url.host} did not resume where the transfer broke off.`);
    }
    throw refusalOf(response.status, this.#url);
  }

  #stopped(): DmlError {
    return new DmlError("interrupted", `Stopped at byte ${this.#part.size} of ${this.#url}.`, {
      advice: "Run the same command again to resume there.",
    });
  }

  #gaveUp(failure: DmlError): DmlError {
    if (this.#part.size === 0) return failure;
    const kept = `${formatBytes(this.#part.size)} are kept: run the same command again to resume there.`;
    return new DmlError(failure.code, asDmlError(failure).message, {
      cause: failure,
      advice: `${kept} ${failure.advice}`,
    });
  }
}

/**
 * Returns the validator that later shows whether the file is unchanged: a strong entity tag, else
 * the time of its last modification; `null` if the server sends neither.
 */
function validatorOf({ headers }: Response): string | null {
  const etag = headers.get("etag");
  if (etag !== null && etag.startsWith('"')) return etag;
  return headers.get("last-modified");
}

function refusalOf(status: number, url: URL): DmlError {
  if (status === 429 || status >= 500) {
    return new DmlError("source_unreachable", `${url.host} answers with status ${status}.`);
  }
  if (status === 404 || status === 410) return new DmlError("source_refused", `${url} does not exist.`);
  if (status === 401 || status === 403) {
    return new DmlError("source_refused", `${url.host} denies access to ${url.pathname} (status ${status}).`);
  }
  return new DmlError("source_refused", `The request for ${url} was answered with status ${status}.`);
}
