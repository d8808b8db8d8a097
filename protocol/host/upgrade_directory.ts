import { join } from "node:path";
import { removeIfThere } from "./durable_file.ts";
import { readJsonFile, writeJsonFile } from "./json_file.ts";
import type { Digest } from "../kernel/digest.ts";
import { programSchema, programVersionSchema } from "../messages/program.ts";
import type { Program } from "../messages/program.ts";
import { digestSchema, z } from "../schema.ts";
import { type FailedProgram, failureOf, type ProgramRecords } from "../program/next_program.ts";

const FAILED_MAX = 32;
const failedSchema = z.array(z.strictObject({
  version: programVersionSchema,
  digest: digestSchema,
  reason: z.string().max(2_000),
  tries: z.number().int().min(1).max(1_000),
  isFinal: z.boolean(),
})).max(FAILED_MAX);

/**
 * The newer programs of one host, and records about them. The bytes are stored as in a
 * `DiskBlobStore`; each record is a small file that is replaced atomically. The nodes of a data
 * directory share it, and the script that starts them reads it.
 */
export class UpgradeDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Returns the path of the bytes of `digest`, relative to the directory. */
  static programPath(digest: Digest): string {
    const hex = digest.slice("sha256:".length);
    return `sha256/${hex.slice(0, 2)}/${hex}`;
  }

  /** Reads the records. Throws `home_unusable` if a file is invalid. */
  async read(): Promise<ProgramRecords> {
    const [pending, good, failed] = await Promise.all([
      readJsonFile(this.#file("pending"), programSchema),
      readJsonFile(this.#file("good"), programSchema),
      readJsonFile(this.#file("failed"), failedSchema),
    ]);
    return { pending, good, failed: failed ?? [] };
  }

  /**
   * Records that the next start tries `program`, whose bytes are stored and verified.
   */
  async setPending(program: Program): Promise<void> {
    await removeIfThere(this.#file("cut_off"));
    await writeJsonFile(this.#file("pending"), program);
  }

  /**
   * Records that the program on trial has reached its master, and is the one to start from now on.
   * Deletes the one before it.
   */
  async setGood(digest: Digest): Promise<void> {
    const { pending, good } = await this.read();
    if (pending?.digest !== digest) return;
    await writeJsonFile(this.#file("good"), pending);
    await removeIfThere(this.#file("pending"));
    if (good !== null && good.digest !== digest) await this.#removeProgram(good.digest);
  }

  /** Records that the program on trial cannot reach its master. */
  async setCutOff(digest: Digest): Promise<void> {
    await writeJsonFile(this.#file("cut_off"), digest);
  }

  /**
   * Records that the program on trial did not start properly. Returns that record, or `null` if
   * `digest` is not on trial.
   */
  async recordFailure(digest: Digest, reason: string): Promise<FailedProgram | null> {
    const { pending, failed } = await this.read();
    if (pending?.digest !== digest) return null;
    const wasCutOff = await readJsonFile(this.#file("cut_off"), digestSchema) === digest;
    const before = failed.find((fault) => fault.digest === digest);
    const failure = failureOf(pending, { reason, wasCutOff, before });
    const others = failed.filter((fault) => fault.digest !== digest);
    await writeJsonFile(this.#file("failed"), [...others, failure].slice(-FAILED_MAX));
    await removeIfThere(this.#file("pending"));
    if (failure.isFinal) await this.#removeProgram(digest);
    return failure;
  }

  async #removeProgram(digest: Digest): Promise<void> {
    await removeIfThere(join(this.path, UpgradeDirectory.programPath(digest)));
  }

  #file(fact: "pending" | "good" | "failed" | "cut_off"): string {
    return join(this.path, `${fact}.json`);
  }
}
