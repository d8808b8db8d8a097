import type { LocalFiles } from "../../protocol/files/local_files.ts";
import { clipReason } from "../../protocol/kernel/clip.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import {
  digestRequestSchema,
  type FileFailed,
  type FileOrder,
  finishRequestSchema,
  listRequestSchema,
  planRequestSchema,
  readRequestSchema,
  removeRequestSchema,
} from "../../protocol/messages/files.ts";
import type { Message } from "../../protocol/messages/message.ts";
import { parseAs, type z } from "../../protocol/schema.ts";
import type { OrderBodies } from "./order_bodies.ts";

export interface FileOrdersOptions {
  /** The directory that this node opened; `null` if it opened none. */
  readonly files: LocalFiles | null;
  readonly bodies: OrderBodies;
  /** Returns true if nobody on the way to the master can listen or write. */
  readonly isProtected: () => boolean;
  readonly log: Log;
}

type Send = (message: FileFailed) => void;

/** Carries out the orders of an admin about the files in the directory that this node opened. */
export class FileOrders {
  readonly #options: FileOrdersOptions;
  readonly #running = new Map<string, AbortController>();

  constructor(options: FileOrdersOptions) {
    this.#options = options;
  }

  /** Handles a message about files. Returns false for any other message. */
  receive(message: Message, send: Send): boolean {
    if (message.type === "file.cancel") {
      this.#running.get(message.orderId)?.abort();
      return true;
    }
    if (message.type !== "file.order") return false;
    void this.#run(message, send);
    return true;
  }

  /** Gives up what runs, because nobody waits for it any more; what has arrived is kept. */
  disconnected(): void {
    for (const running of this.#running.values()) running.abort();
    this.#options.files?.close();
  }

  async #run(order: FileOrder, send: Send): Promise<void> {
    const { orderId } = order;
    const running = new AbortController();
    try {
      if (this.#running.size >= LIMITS.fileOrdersPerNodeMax) {
        throw new DmlError("queue_full", "This node handles as many requests about files as it can.");
      }
      this.#running.set(orderId, running);
      const { signal } = running;
      const answer = await this.#carryOut(order, signal);
      if (!signal.aborted) await this.#options.bodies.put(orderId, answer, { signal });
    } catch (error) {
      const { code, message } = asDmlError(error);
      if (running.signal.aborted) return;
      if (code === "internal") this.#options.log.error("An order about files failed unexpectedly.", { error });
      send({ type: "file.failed", orderId, code, reason: clipReason(message) });
    } finally {
      this.#running.delete(orderId);
    }
  }

  async #carryOut({ orderId, action }: FileOrder, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const { files, bodies, isProtected, log } = this.#options;
    if (files === null) {
      throw new DmlError("files_refused", "This node has not opened a directory: it was started without --files.");
    }
    if (!isProtected()) {
      throw new DmlError("files_refused", "This node hands out no files over a connection without TLS.");
    }
    const body = await bodies.fetch(orderId, { signal });
    switch (action) {
      case "list":
        return encoded(await files.list(requestIn(listRequestSchema, body)));
      case "digest":
        return encoded({ digests: await files.digests(requestIn(digestRequestSchema, body).paths) });
      case "read": {
        const request = requestIn(readRequestSchema, body);
        const begun = request.segments.filter(({ offset }) => offset === 0).flatMap(({ file }) =>
          request.files[file] ?? []
        );
        if (begun.length > 0) log.info("An admin reads files.", summaryOf(begun));
        return await files.read(request);
      }
      case "plan": {
        const request = requestIn(planRequestSchema, body);
        const answer = await files.plan(request);
        const open = answer.files.filter(({ isSame }) => !isSame);
        const receivedBytes = open.reduce((sum, file) => sum + file.receivedBytes, 0);
        const same = answer.files.length - open.length;
        log.info("An admin copies files to this node.", { ...summaryOf(request.files), same, receivedBytes });
        return encoded(answer);
      }
      case "write":
        return encoded(await files.write(body, { signal }));
      case "finish":
        await files.finish(requestIn(finishRequestSchema, body));
        return encoded({});
      case "remove": {
        const request = requestIn(removeRequestSchema, body);
        const removed = await files.remove(request);
        log.info("An admin removed files.", { path: request.path, ...removed });
        return encoded(removed);
      }
    }
  }
}

function summaryOf(files: readonly { readonly path: string; readonly size: number }[]) {
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), first: files[0]?.path ?? null };
}

function encoded(answer: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(answer));
}

function requestIn<Schema extends z.ZodType>(schema: Schema, body: Uint8Array): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new DmlError("request_invalid", "The request is not JSON.", { cause });
  }
  return parseAs(schema, value, { what: "The request", code: "request_invalid" });
}
