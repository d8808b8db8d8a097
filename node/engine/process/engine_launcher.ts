import { z } from "../../../protocol/schema.ts";

/** An engine process to start. */
export interface EngineStart {
  /** Number by which the process is ended; never used twice. */
  readonly key: number;
  /** Port of the node on this host that the process connects to. */
  readonly port: number;
  /** Secret by which the node recognises the process, in hexadecimal. */
  readonly secret: string;
  /** Limit of the memory that the process writes to, in bytes. */
  readonly memoryBytes: number;
}

/**
 * Starts and kills engine processes. The thread of a node has no permission to run programs; it can
 * ask for no more than this.
 */
export interface EngineLauncher {
  start(engine: EngineStart): void;
  /** Kills the process and resolves once it has ended. */
  kill(key: number): Promise<void>;
}

const keySchema = z.number().int().min(1);

/** A request of the thread of a node, and the answer to `kill`. */
const requestSchema = z.union([
  z.strictObject({
    start: z.strictObject({
      key: keySchema,
      port: z.number().int().min(1).max(65_535),
      secret: z.string().regex(/^[0-9a-f]{64}$/),
      memoryBytes: z.number().int().min(1),
    }),
  }),
  z.strictObject({ kill: keySchema }),
]);

interface Killed {
  readonly killed: number;
}

/** A launcher in another thread, at the other end of a port. */
export class RemoteEngineLauncher implements EngineLauncher {
  readonly #port: MessagePort;
  readonly #killed = new Map<number, () => void>();

  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Killed>) => {
      this.#killed.get(data.killed)?.();
      this.#killed.delete(data.killed);
    };
  }

  start(start: EngineStart): void {
    this.#port.postMessage({ start });
  }

  kill(key: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#killed.set(key, resolve);
    this.#port.postMessage({ kill: key });
    return promise;
  }

  /** Closes the port, which would keep its thread from ending. */
  close(): void {
    this.#port.close();
  }
}

/**
 * Lets the thread at the other end of `port` use `launcher`. Requests of another form are ignored:
 * they are not from dml.
 */
export function serveLauncher(port: MessagePort, launcher: EngineLauncher): void {
  port.onmessage = async ({ data }: MessageEvent<unknown>) => {
    const { success, data: request } = requestSchema.safeParse(data);
    if (!success) return;
    if ("start" in request) return launcher.start(request.start);
    await launcher.kill(request.kill);
    port.postMessage({ killed: request.kill } satisfies Killed);
  };
}
