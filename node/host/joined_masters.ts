import { join } from "node:path";
import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { z } from "../../protocol/schema.ts";

/** Number of masters that a node remembers, the last ones first. */
const MASTERS_MAX = 16;

const joinedSchema = z.strictObject({
  format: z.literal(1),
  /** Addresses of masters, as they were given to the node. */
  masters: z.array(z.string().max(300)).max(MASTERS_MAX),
});

/** The masters that have accepted a node before, kept in its part of the data directory. */
export class JoinedMasters {
  readonly #path: string;
  readonly #log: Log;
  #masters: readonly string[];

  private constructor(path: string, { log, masters }: { log: Log; masters: readonly string[] }) {
    this.#path = path;
    this.#log = log;
    this.#masters = masters;
  }

  /** Loads the masters kept in `directory`. A file that cannot be read counts as none. */
  static async load(directory: string, { log }: { log: Log }): Promise<JoinedMasters> {
    const path = join(directory, "joined.json");
    try {
      return new JoinedMasters(path, { log, masters: (await readJsonFile(path, joinedSchema))?.masters ?? [] });
    } catch (error) {
      log.warn("The masters that this node has joined are not known.", { reason: asDmlError(error).message });
      return new JoinedMasters(path, { log, masters: [] });
    }
  }

  has(address: string): boolean {
    return this.#masters.includes(address);
  }

  /** Records that the master at `address` has accepted the node. A failure is logged. */
  async add(address: string): Promise<void> {
    if (this.#masters[0] === address) return;
    this.#masters = [address, ...this.#masters.filter((other) => other !== address)].slice(0, MASTERS_MAX);
    try {
      await writeJsonFile(this.#path, { format: 1, masters: this.#masters });
    } catch (error) {
      this.#log.warn("It could not be recorded that the master has accepted this node.", {
        reason: asDmlError(error).message,
      });
    }
  }
}
