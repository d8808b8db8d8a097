import type { Clock } from "../kernel/clock.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { Address } from "../ports/transport.ts";
import { z } from "../schema.ts";

/** The master that the node in its process joins. */
export interface OwnMaster {
  /** Address of its HTTP interface on this host. */
  readonly master: Address;
  /** Secret of this start, with the pin of the master if it speaks TLS. */
  readonly token: string;
}

/** The node of a master's own process, as the master sees it. */
export interface OwnNode {
  /** Has the node join the master. */
  start(at: OwnMaster): void;
  /** Has the node leave. Resolves when it has, after `LIMITS.ownNodeStopMs` at the latest. */
  stop(): Promise<void>;
}

/** The orders of the master, as its node sees them. */
export interface OwnNodeOrders {
  /** Resolves with the master to join; with `null` if the master stops before that. */
  readonly master: Promise<OwnMaster | null>;
  /** Aborts when the node is to leave. */
  readonly signal: AbortSignal;
  /** Tells the master that the node has left. */
  left(): void;
}

const orderSchema = z.union([
  z.strictObject({
    join: z.strictObject({
      master: z.strictObject({ hostname: z.string().max(253), port: z.number().int().min(1).max(65_535) }),
      token: z.string().max(200),
    }),
  }),
  z.literal("stop"),
]);

/** Returns the node at the other end of `port`, which is in another thread. */
export function ownNodeAt(port: MessagePort, { clock }: { clock: Clock }): OwnNode {
  const hasLeft = Promise.withResolvers<void>();
  port.onmessage = () => hasLeft.resolve();
  return {
    start: (join) => port.postMessage({ join }),
    async stop() {
      port.postMessage("stop");
      const cancel = clock.after(LIMITS.ownNodeStopMs, () => hasLeft.resolve());
      await hasLeft.promise;
      cancel();
      port.close();
    },
  };
}

/** Returns the orders that the master at the other end of `port` gives its node. */
export function ordersAt(port: MessagePort): OwnNodeOrders {
  const { promise: master, resolve } = Promise.withResolvers<OwnMaster | null>();
  const leaving = new AbortController();
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const order = orderSchema.parse(data);
    if (order !== "stop") return resolve(order.join);
    resolve(null);
    leaving.abort();
  };
  return {
    master,
    signal: leaving.signal,
    left() {
      port.postMessage("left");
      port.close();
    },
  };
}
