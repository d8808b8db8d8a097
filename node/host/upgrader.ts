import { join } from "node:path";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { copyBlob } from "../../protocol/blob/copy_blob.ts";
import { DiskBlobStore } from "../../protocol/blob/disk_blob_store.ts";
import { lockDirectory } from "../../protocol/host/directory_lock.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { Program, ProgramOffer, ProgramStateMessage } from "../../protocol/messages/program.ts";
import { executableOf, HEAD_BYTES } from "../../protocol/program/executable.ts";
import { UpgradeDirectory } from "../../protocol/host/upgrade_directory.ts";
import { declineReason, type OwnProgram } from "../core/judge_program.ts";

/** Settings of upgrades, and how this process was started. */
export interface UpgradeOptions {
  readonly own: OwnProgram;
  /** Directory for programs inside the data directory. */
  readonly directory: string;
  /**
   * Digest of the running program if it is on trial, else `null`. A program on trial is kept once a
   * master has accepted the node.
   */
  readonly trial: Digest | null;
}

export interface UpgraderOptions extends UpgradeOptions {
  readonly remote: Pick<BlobStore, "open">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly send: (message: ProgramStateMessage) => void;
  /**
   * Finishes the running work. Resolves to false if the node must go on with its present program.
   */
  readonly finishWork: () => Promise<boolean>;
  /** Ends the node, so that it is started again with the new program. */
  readonly leave: () => void;
}

/**
 * Takes a newer program from the master: fetches and verifies it, records it for the launcher, and
 * ends the node.
 */
export class Upgrader {
  readonly #options: UpgraderOptions;
  readonly #closing = new AbortController();
  readonly #directory: UpgradeDirectory;
  #busy: Promise<void> | null = null;
  #isKept = false;
  #isDue = false;

  constructor(options: UpgraderOptions) {
    this.#options = options;
    this.#directory = new UpgradeDirectory(options.directory);
  }

  /** True once the node is ending to be started again with a newer program. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Resolves once no offer is being processed. */
  get idle(): Promise<void> {
    return this.#busy ?? Promise.resolve();
  }

  /**
   * Processes the offer of a program. An offer that arrives while another is being processed is
   * ignored, because the master offers it again.
   */
  receive({ type: _, ...program }: ProgramOffer): void {
    this.#busy ??= this.#take(program).finally(() => this.#busy = null);
  }

  /** Handles that a master accepted the node: a program on trial has proven itself and is kept. */
  async welcomed(): Promise<void> {
    const { trial, own, log } = this.#options;
    if (trial === null || this.#isKept) return;
    this.#isKept = true;
    try {
      await this.#directory.setGood(trial);
      log.info("The new program has started successfully; it is kept.", { version: own.version });
    } catch (error) {
      this.#isKept = false;
      log.error("It could not be recorded that the new program has started successfully.", { error: String(error) });
    }
  }

  /**
   * Handles that no master can be reached: recorded for a program on trial, because its failure may
   * then not be its own fault.
   */
  async connectionFailed(): Promise<void> {
    const { trial, log } = this.#options;
    if (trial === null || this.#isKept) return;
    await this.#directory.setCutOff(trial).catch((error) => {
      log.warn("It could not be recorded that no master can be reached.", { error: String(error) });
    });
  }

  /** Aborts the offer being processed. */
  async close(): Promise<void> {
    this.#closing.abort();
    // Once a restart is due, the offer itself ends the node, so it is not waited for.
    if (!this.#isDue) await this.#busy;
  }

  async #take(program: Program): Promise<void> {
    const { log, own, finishWork, leave } = this.#options;
    const { version, digest } = program;
    try {
      const declined = await this.#declineReason(program);
      if (declined !== null) return this.#report(digest, "declined", declined);
      this.#report(digest, "fetching", null);
      log.info("The master offers a newer dml; it is being fetched.", { version, present: own.version });
      await this.#fetch(program);
      if (!await finishWork()) throw new DmlError("queue_full", "The node could not finish its running work.");
      this.#report(digest, "restarting", null);
      log.info("The newer dml is ready; the node restarts with it.", { version });
      this.#isDue = true;
      leave();
    } catch (error) {
      const { code, message } = asDmlError(error);
      if (this.#closing.signal.aborted) return;
      log.warn("The newer dml could not be taken.", { version, code, reason: message });
      this.#report(digest, code === "message_invalid" ? "declined" : "failed", message);
    }
  }

  async #declineReason(program: Program): Promise<string | null> {
    const { own } = this.#options;
    const declined = declineReason(program, own, []);
    // A node that declines every program needs no directory for them.
    return declined ?? declineReason(program, own, (await this.#directory.read()).failed);
  }

  async #fetch(program: Program): Promise<void> {
    const { directory, clock, remote, random } = this.#options;
    const holder = { pid: Deno.pid, verb: "join", startedMs: clock.wallMs() };
    using _lock = await lockDirectory(directory, { holder });
    const store = await DiskBlobStore.open(directory, { clock });
    const { digest, size } = program;
    if (size > LIMITS.programBytesMax) {
      throw new DmlError("blob_too_large", `The executable has ${size} bytes; ${LIMITS.programBytesMax} are allowed.`);
    }
    await copyBlob(digest, { from: remote, to: store, size, clock, random, signal: this.#closing.signal });
    await this.#checkHead(program, store);
    const { good } = await this.#directory.read();
    // Another node of this host may have tried it already.
    if (good?.digest !== digest) await this.#directory.setPending(program);
  }

  async #checkHead({ digest, version, target }: Program, store: DiskBlobStore): Promise<void> {
    using file = await Deno.open(join(this.#directory.path, UpgradeDirectory.programPath(digest)));
    const head = new Uint8Array(HEAD_BYTES);
    const known = executableOf(head.subarray(0, await file.read(head) ?? 0));
    if (known?.version === version && known.target === target) return;
    await store.delete(digest);
    throw new DmlError("message_invalid", `The fetched file is not dml ${version} for ${target}.`);
  }

  #report(digest: Digest, state: ProgramStateMessage["state"], reason: string | null): void {
    this.#options.send({ type: "program.state", digest, state, reason });
  }
}
