import type { Clock } from "../../../protocol/kernel/clock.ts";
import type { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import type { Address } from "../../../protocol/ports/transport.ts";

/** How long an answer may take, but for those that are worked for. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** Which master is asked, and how. */
export interface HttpClusterClientOptions {
  readonly address: Address;
  readonly token: string | null;
  readonly clock: Clock;
  readonly random: Random;
  /** For everything but predictions; a probe takes a short one. */
  readonly answerTimeoutMs?: number;
  /** Called with each failure that is waited out. */
  readonly onRetry?: (refusal: DmlError) => void;
}

/** One request. */
export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: Uint8Array<ArrayBuffer> | string;
  readonly mediaType?: string;
  /** Which part of something `body` is. */
  readonly contentRange?: string;
  readonly accept?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How its answer is read. */
export interface Reading<From, Read> {
  readonly read: (response: From) => Promise<Read>;
}

/** Sends a request to the master: the path and what belongs to it. */
export type Send<From> = (path: string, request: {
  readonly method: NonNullable<Call["method"]>;
  readonly headers: Record<string, string>;
  readonly body?: Call["body"];
  readonly signal: AbortSignal;
}) => Promise<From>;
