import { backoffMs } from "../../protocol/kernel/backoff.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { sleep } from "../../protocol/kernel/sleep.ts";
import type { CopiedFile, ParcelHead, Segment } from "../../protocol/messages/files.ts";
import { splitParcel } from "../../protocol/files/parcel.ts";
import type { FileSource } from "../../protocol/ports/file_store.ts";
import { errorOf, failed, type FileOutcome } from "./file_outcome.ts";
import type { FileTargets } from "./file_targets.ts";
import { parcelsOf } from "./parcel_plan.ts";
import { endAll, isWanted, newState, settle, type TargetState } from "./target_state.ts";

/** Parcels that are under way at once. */
const PARCELS_AT_ONCE = 4;
const BACKOFF = { minMs: 250, maxMs: 2_000 };
/** A file of a batch: its path at the source, and what it becomes at the targets. */
export interface BatchFile {
  readonly from: string;
  readonly copied: CopiedFile;
}

export interface BatchContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly source: Pick<FileSource, "read">;
  readonly targets: FileTargets;
  /** Time without progress after which an interrupted copy is given up. */
  readonly outageMs: number;
  /** Called with the number of bytes that a target has got, or had already. */
  readonly onBytes: (bytes: number) => void;
  /** Called before the wait for a target that went away, or for another copy. */
  readonly onRetry: (error: DmlError) => void;
}

/** Outcome of a batch at one target. */
export interface BatchOutcome {
  /** One for each file. */
  readonly files: readonly FileOutcome[];
  /** Reason why the target took nothing more; `null` if it did. */
  readonly error: DmlError | null;
}

/** Copies up to `LIMITS.fileBatchFilesMax` files to all targets at once, in as many passes as it takes. */
export class BatchCopy {
  readonly #context: BatchContext;
  readonly #copyId: string;
  readonly #files: readonly BatchFile[];
  readonly #directories: readonly string[];
  #progressMs: number;

  constructor(
    context: BatchContext,
    batch: { readonly copyId: string; readonly files: readonly BatchFile[]; readonly directories: readonly string[] },
  ) {
    this.#context = context;
    this.#copyId = batch.copyId;
    this.#files = batch.files;
    this.#directories = batch.directories;
    this.#progressMs = context.clock.nowMs();
  }

  /**
   * Returns the outcome at each target. A target that cannot be reached is waited for.
   * Throws what the source throws, or `interrupted`.
   */
  async run(): Promise<BatchOutcome[]> {
    const { targets, clock, random, signal, outageMs, onRetry } = this.#context;
    const states = targets.nodes.map((_, index) => newState(index, this.#files.length));
    for (let pass = 1, open = states; open.length > 0; pass++) {
      await this.#pass(open);
      const isLate = clock.nowMs() - this.#progressMs >= outageMs;
      const reasons = open.flatMap((state) => settle(state, { pass, isLate }));
      open = states.filter(({ outcomes, interruption }) => interruption !== null || outcomes.includes(null));
      if (open.length === 0) break;
      onRetry(reasons[0] ?? new DmlError("file_busy", "Some files could not be copied yet."));
      await sleep(backoffMs(pass, { random, ...BACKOFF }), { clock, signal });
      this.#throwIfStopped();
    }
    return states.map(({ outcomes, error }) => ({ files: outcomes.flatMap((outcome) => outcome ?? []), error }));
  }

  async #pass(states: readonly TargetState[]): Promise<void> {
    await Promise.all(states.map((state) => this.#plan(state)));
    const wanted = this.#files.map(({ copied: { size } }, file) => {
      const starts = states.flatMap((state) => state.wanted[file] ?? []);
      return starts.length === 0 ? null : { size, start: Math.min(...starts) };
    });
    const parcels = parcelsOf(wanted);
    const faulty = new Set<number>();
    const pull = async () => {
      // The generator is shared, so that each parcel is sent once.
      for (let next = parcels.next(); !next.done; next = parcels.next()) {
        this.#throwIfStopped();
        await this.#send(next.value.filter(({ file }) => !faulty.has(file)), { states, faulty });
      }
    };
    const pulls = await Promise.allSettled(Array.from({ length: PARCELS_AT_ONCE }, pull));
    const broken = pulls.find((one) => one.status === "rejected");
    if (broken !== undefined) throw broken.reason;
    await Promise.all(states.map((state) => this.#finish(state)));
  }

  /** Asks a target which files it wants. */
  async #plan(state: TargetState): Promise<void> {
    const { index, outcomes } = state;
    state.interruption = null;
    state.wanted = this.#files.map(() => null);
    state.arrived = this.#files.map(() => 0);
    const files = this.#files.map(({ copied }) => copied);
    try {
      const plan = { copyId: this.#copyId, files, directories: [...this.#directories] };
      const answer = await this.#context.targets.plan(index, plan);
      for (const [file, { isSame, receivedBytes, fault }] of answer.files.entries()) {
        if (outcomes[file] !== null) continue;
        if (fault !== null) outcomes[file] = failed(errorOf(fault));
        else if (isSame) outcomes[file] = { how: state.everWanted.has(file) ? "copied" : "same" };
        else {
          state.wanted[file] = receivedBytes;
          state.everWanted.add(file);
        }
        this.#note(receivedBytes);
      }
    } catch (error) {
      this.#interrupt(state, error);
    }
  }

  async #send(
    segments: readonly Segment[],
    { states, faulty }: { states: readonly TargetState[]; faulty: Set<number> },
  ): Promise<void> {
    const open = states.filter(({ interruption, wanted }) =>
      interruption === null && segments.some((segment) => isWanted(segment, wanted))
    );
    if (open.length === 0 || segments.length === 0) return;
    const { parcel, head } = await this.#read(segments);
    for (const fault of head.faults) {
      faulty.add(fault.file);
      for (const { outcomes } of open) outcomes[fault.file] ??= failed(errorOf(fault));
    }
    const written = await this.#context.targets.write(open.map(({ index }) => index), parcel);
    for (const [position, { error, faults }] of written.entries()) {
      if (error !== null) this.#interrupt(open[position], error);
      else this.#count(open[position], head, faults);
    }
  }

  /** Counts what has arrived at a target with one parcel. */
  #count(state: TargetState, { segments }: ParcelHead, faults: ParcelHead["faults"]): void {
    const { outcomes, wanted, arrived } = state;
    for (const fault of faults) outcomes[fault.file] ??= failed(errorOf(fault));
    for (const segment of segments) {
      const { file, offset, bytes } = segment;
      const start = wanted[file] ?? 0;
      if (!isWanted(segment, wanted) || faults.some((fault) => fault.file === file)) continue;
      const fresh = offset + bytes - Math.max(offset, start);
      arrived[file] += fresh;
      this.#note(fresh);
      if (start + arrived[file] >= this.#files[file].copied.size) outcomes[file] ??= { how: "copied" };
    }
  }

  async #read(segments: readonly Segment[]): Promise<{ parcel: Uint8Array<ArrayBuffer>; head: ParcelHead }> {
    const last = Math.max(...segments.map(({ file }) => file));
    const files = this.#files.slice(0, last + 1)
      .map(({ from: path, copied: { size, modifiedMs } }) => ({ path, size, modifiedMs }));
    const parcel = await this.#context.source.read({ copyId: this.#copyId, files, segments: [...segments] });
    return { parcel, head: splitParcel(parcel).head };
  }

  async #finish({ index, interruption }: TargetState): Promise<void> {
    if (interruption !== null) return;
    try {
      await this.#context.targets.finish(index, { copyId: this.#copyId, directories: [] });
    } catch (error) {
      if (asDmlError(error).code === "interrupted") throw error;
      return; // The target ends the copy by itself; all files are there.
    }
  }

  /** Notes that a target cannot go on; it is asked again unless that is in vain. */
  #interrupt(state: TargetState, error: unknown): void {
    const known = asDmlError(error);
    if (known.code === "interrupted") throw known;
    if (known.kind.retryable) state.interruption ??= known;
    else endAll(state, known);
  }

  #note(bytes: number): void {
    if (bytes === 0) return;
    this.#progressMs = this.#context.clock.nowMs();
    this.#context.onBytes(bytes);
  }

  #throwIfStopped(): void {
    if (this.#context.signal.aborted) throw new DmlError("interrupted", "Stopped before everything was copied.");
  }
}
