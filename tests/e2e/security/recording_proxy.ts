import { writeAll } from "../../../master/http/front/pump.ts";

interface Ends {
  readonly hostname: string;
  readonly port: number;
}

/** A TCP proxy that keeps every byte that passes, as somebody between two hosts would. */
export class RecordingProxy implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #streams: Uint8Array[][] = [];
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>;

  /** Listens on `from` and hands everything on to `to`. */
  constructor(from: Ends, to: Ends) {
    this.#listener = Deno.listen(from);
    this.#serving = this.#serve(to);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Number of all bytes that passed. */
  get byteCount(): number {
    return this.#streams.flat().reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** Returns true if `wanted` passed in either direction. */
  holds(wanted: string | Uint8Array): boolean {
    const bytes = typeof wanted === "string" ? new TextEncoder().encode(wanted) : wanted;
    const text = latin1(bytes);
    return this.#streams.some((chunks) => chunks.map(latin1).join("").includes(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    await this.#serving;
  }

  async #serve(to: Ends): Promise<void> {
    const passing: Promise<unknown>[] = [];
    for await (const near of this.#listener) {
      passing.push(this.#pass(near, to));
    }
    await Promise.all(passing);
  }

  async #pass(near: Deno.TcpConn, to: Ends): Promise<void> {
    const far = await Deno.connect(to).catch(() => null);
    if (far === null) return near.close();
    const both = [near, far];
    for (const connection of both) this.#connections.add(connection);
    await Promise.all([this.#copy(near, far), this.#copy(far, near)]);
    for (const connection of both) if (this.#connections.delete(connection)) closeQuietly(connection);
  }

  async #copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const kept: Uint8Array[] = [];
    this.#streams.push(kept);
    try {
      for (let buffer = new Uint8Array(65_536);; buffer = new Uint8Array(65_536)) {
        const count = await from.read(buffer);
        if (count === null) return await to.closeWrite();
        kept.push(buffer.subarray(0, count));
        await writeAll(to, buffer.subarray(0, count));
      }
    } catch {
      for (const connection of [from, to]) {
        if (this.#connections.delete(connection)) closeQuietly(connection);
      }
    }
  }
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
