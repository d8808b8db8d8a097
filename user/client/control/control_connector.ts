import type { Address, Transport } from "../../../protocol/ports/transport.ts";
import type { PredictOptions } from "../cluster_client.ts";
import { AskLine, type AskLineOptions } from "./control_client.ts";

/** What a {@linkcode LineKeeper} works with. */
export interface LineKeeperOptions extends AskLineOptions {
  readonly hostname: string;
  readonly transport: Pick<Transport, "connect">;
}

/**
 * The line to one master, which is opened when the master has offered it with an answer: who asks once needs none. Until it is
 * there, and where it cannot be had (a firewall lets only the HTTP port through), everything goes over HTTP.
 */
export class LineKeeper {
  readonly #options: LineKeeperOptions;
  readonly #closing = new AbortController();
  #opening: Promise<void> | null = null;
  #line: AskLine | null = null;
  #isInVain = false;

  constructor(options: LineKeeperOptions) {
    this.#options = options;
  }

  /** The master takes questions on `port`: begins to open the line unless it is there, or could not be opened before. */
  offered(port: number): void {
    if (this.#line?.isOpen || this.#isInVain || this.#closing.signal.aborted) return;
    const { hostname } = this.#options;
    this.#opening ??= this.#open({ hostname, port }).finally(() => this.#opening = null);
  }

  /** The line when a picture of `size` bytes may be asked about on it now, and what is wanted can be said there. */
  lineFor(size: number, options: PredictOptions): AskLine | null {
    return this.#line?.canAsk(size, options) ? this.#line : null;
  }

  /** Ends the line, and what waits for answers. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opening;
    await this.#line?.close();
  }

  async #open(address: Address): Promise<void> {
    const { signal } = this.#closing;
    try {
      const connection = await this.#options.transport.connect(address, { signal });
      this.#line = await AskLine.open(connection, { ...this.#options, signal });
    } catch {
      this.#isInVain = true; // Whatever it is, it is no reason not to ask over HTTP, which says what is wrong if something is.
    }
  }
}
