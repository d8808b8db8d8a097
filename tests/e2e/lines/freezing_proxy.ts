import { writeAll } from "../../../master/http/front/pump.ts";

interface Ends {
  readonly hostname: string;
  readonly port: number;
}

/** The directions in which nothing passes. */
type Frozen = "none" | "answers" | "both";

/** Both ends of one connection through the proxy. */
interface Passage {
  readonly near: Deno.TcpConn;
  readonly far: Deno.TcpConn;
  frozen: Frozen;
}

/**
 * A TCP proxy whose connections can be frozen: they stay open, and nothing passes any more, as on a
 * line that a router has forgotten. New connections pass unless the proxy is shut as well.
 */
export class FreezingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #passages = new Set<Passage>();
  readonly #thawed = Promise.withResolvers<void>();
  readonly #onRequest: (proxy: FreezingProxy, head: string) => void;
  readonly #serving: Promise<void>;
  #isShut = false;

  /**
   * Listens on a free port and hands everything on to `to`. Calls `onRequest` with what a client
   * sends, before it is handed on.
   */
  constructor(to: Ends, onRequest: (proxy: FreezingProxy, head: string) => void) {
    this.#onRequest = onRequest;
    this.#serving = this.#serve(to);
  }

  get address(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Freezes the connections that there are; with `isShut` those that come as well. */
  freeze(frozen: Frozen, { isShut = false }: { isShut?: boolean } = {}): void {
    this.#isShut = isShut;
    for (const passage of this.#passages) passage.frozen = frozen;
  }

  /** Lets new connections pass again. */
  open(): void {
    this.#isShut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#thawed.resolve();
    this.#listener.close();
    for (const passage of [...this.#passages]) this.#end(passage);
    await this.#serving;
  }

  async #serve(to: Ends): Promise<void> {
    const passing: Promise<unknown>[] = [];
    for await (const near of this.#listener) passing.push(this.#pass(near, to));
    await Promise.all(passing);
  }

  async #pass(near: Deno.TcpConn, to: Ends): Promise<void> {
    const frozen = this.#isShut ? "both" : "none";
    const far = await Deno.connect(to).catch(() => null);
    if (far === null) return near.close();
    const passage: Passage = { near, far, frozen };
    this.#passages.add(passage);
    await Promise.all([this.#copy(passage, near, far), this.#copy(passage, far, near)]);
    this.#end(passage);
  }

  async #copy(passage: Passage, from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder("latin1");
    try {
      while (true) {
        const count = await from.read(buffer);
        const isAnswer = from === passage.far;
        if (count !== null && !isAnswer) this.#onRequest(this, decoder.decode(buffer.subarray(0, count)));
        if (passage.frozen === "both" || passage.frozen === "answers" && isAnswer) await this.#thawed.promise;
        if (count === null) return await to.closeWrite();
        await writeAll(to, buffer.subarray(0, count));
      }
    } catch {
      this.#end(passage); // One side is gone; the other learns it.
    }
  }

  #end(passage: Passage): void {
    if (!this.#passages.delete(passage)) return;
    passage.near.close();
    passage.far.close();
  }
}
