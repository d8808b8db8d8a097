import type { Collected, LineageListing, RolloutRecord, RolloutRequest } from "../../protocol/http_api/rollout_api.ts";
import type { RegisteredRecognizer } from "../../models/registry.ts";
import { formatRecognizerName, type RecognizerName } from "../../models/name.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { RegisterRecognizer } from "../core/messages/command.ts";
import { listLineage } from "../core/decide/rollout_record.ts";
import type { VersionCommand } from "../core/messages/rollout_command.ts";
import { latestOf, versionOf } from "../core/state/lineage.ts";
import type { MasterState } from "../core/state/state.ts";
import { collectGarbage } from "./garbage_collection.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Orders } from "../turn/pending_commands.ts";
import type { RecognizerStore } from "./recognizer_store.ts";
import { DEFAULT_ROLLOUT, settingsOf } from "./rollout_settings.ts";

/** What a {@linkcode Versions} works with. */
export interface VersionsOptions {
  /** Read only. */
  readonly state: MasterState;
  readonly orders: Orders;
  readonly ledger: Ledger;
  readonly recognizers: RecognizerStore;
  /** Serves it from now on. */
  readonly register: (recognizer: RegisteredRecognizer) => void;
  readonly durable: BlobStore;
  /** Files that are to stay although no version needs them yet. */
  readonly spared?: () => ReadonlySet<Digest>;
  readonly random: Random;
  readonly log: Log;
}

type Asked<Command> = Command extends unknown ? Omit<Command, "commandId"> : never;

/** The versions of recognizers as whoever runs the cluster sees and changes them. */
export class Versions {
  readonly #options: VersionsOptions;

  constructor(options: VersionsOptions) {
    this.#options = options;
  }

  /** Throws `recognizer_unknown`. */
  show(name: string): LineageListing {
    const { state, recognizers } = this.#options;
    const lineage = state.lineages.get(name);
    if (lineage !== undefined) return listLineage(state, lineage);
    recognizers.resolve(name); // names those that come nearest
    throw new DmlError("recognizer_unknown", `There is no recognizer ${name}.`);
  }

  /** Throws `recognizer_unknown`, `request_invalid` or `rollout_running`. */
  async rollOut(name: string, request: RolloutRequest): Promise<RolloutRecord> {
    const { version } = request;
    const settings = settingsOf(request);
    const rolloutId = newId("rollout", this.#options.random);
    await this.#ask({ type: "begin_rollout", rolloutId, name, version, settings, automatic: false });
    const { current, history } = this.show(name);
    const record = [current, ...history].find((rollout) => rollout?.rolloutId === rolloutId);
    if (record) return record;
    throw new DmlError("internal", `The rollout of ${name}@${version} is nowhere to be found.`);
  }

  rollBack(name: string): Promise<string> {
    return this.#ask({ type: "roll_back", name });
  }

  pin(name: RecognizerName, pinned: boolean): Promise<string> {
    return this.#ask({ type: "pin_version", ...withVersion(name), pinned });
  }

  /**
   * A version, or without one a whole recognizer of which one version is left; what comes with dml then takes its place.
   * Throws `recognizer_in_use`.
   */
  async remove({ name, version }: RecognizerName): Promise<string> {
    const { state, recognizers } = this.#options;
    if (version === null) {
      const versions = recognizers.list().filter(({ manifest }) => manifest.name === name);
      if (versions.length > 0 && versions.every(({ digest }) => recognizers.isBuiltIn(digest))) {
        throw new DmlError("recognizer_in_use", `${name} comes with dml and is not removed as a whole.`, {
          advice: `Roll out a version of your own in its place, or leave it; \`dml models add\` makes one.`,
        });
      }
    }
    const removed = version === null ? latestOf(state, name) : versionOf(state, name, version);
    const detail = await this.#ask(
      version === null ? { type: "remove_recognizer", name } : { type: "remove_version", name, version },
    );
    if (removed !== undefined) recognizers.remove(removed.manifest.digest);
    if (!state.lineages.has(name)) {
      for (const recognizer of recognizers.bringBack(name)) {
        if (!recognizers.isOptional(recognizer.digest)) this.#options.register(recognizer);
      }
    }
    return detail;
  }

  /** Deletes the files of removed versions that nothing needs. */
  collect(): Promise<Collected> {
    const { state, ledger, durable, recognizers, spared } = this.#options;
    const { removed } = ledger.load();
    return collectGarbage({ state, durable, removed, registered: () => recognizers.list(), spared });
  }

  /** Rolls out what the catalog brought and is newer than the latest version; what was tried before is left alone. */
  adoptNewer(): void {
    const { state, random, orders, log } = this.#options;
    for (const { name, latest } of state.lineages.values()) {
      const latestVersion = state.recognizers.get(latest)?.document.version ?? 0;
      const newest = Math.max(...this.#versionsOf(name));
      if (newest <= latestVersion) continue;
      const rolloutId = newId("rollout", random);
      const settings = DEFAULT_ROLLOUT;
      const adopted = orders.ask((commandId) => ({
        type: "begin_rollout",
        commandId,
        rolloutId,
        name,
        version: newest,
        settings,
        automatic: true,
      }));
      adopted.then(
        (detail) => log.info(detail),
        (error) => log.info(`${name}@${newest} is not rolled out by itself.`, { reason: asDmlError(error).message }),
      );
    }
  }

  /**
   * What to register at the start: the highest first, which makes it the latest where none was; not what was removed, unless
   * nothing would be left of a name that comes with dml.
   */
  registrations(): RegisterRecognizer[] {
    const { recognizers, ledger } = this.#options;
    const removed = new Set(ledger.load().removed.map(({ manifest }) => manifest.digest));
    const left = new Set(
      recognizers.list().filter(({ digest }) => !removed.has(digest)).map(({ manifest }) => manifest.name),
    );
    for (const { digest, manifest } of recognizers.list()) {
      if (removed.has(digest) && left.has(manifest.name)) recognizers.remove(digest);
    }
    const isBefore = (one: Manifest, other: Manifest) => one.name < other.name ? -1 : 1;
    return recognizers.list()
      .sort(({ manifest: one }, { manifest: other }) =>
        one.name === other.name ? other.version - one.version : isBefore(one, other)
      )
      .filter(({ digest }) => !recognizers.isOptional(digest))
      .map(({ manifest: document, digest, bytes }) => ({
        type: "register_recognizer",
        manifest: { digest, size: bytes.length },
        document,
      }));
  }

  #versionsOf(name: string): number[] {
    const { state, recognizers } = this.#options;
    return recognizers.list()
      .filter(({ manifest, digest }) => manifest.name === name && state.recognizers.has(digest))
      .map(({ manifest }) => manifest.version);
  }

  #ask(command: Asked<VersionCommand>): Promise<string> {
    return this.#options.orders.ask((commandId) => ({ ...command, commandId }));
  }
}

function withVersion(name: RecognizerName): { name: string; version: number } {
  if (name.version !== null) return { name: name.name, version: name.version };
  throw new DmlError("request_invalid", `${formatRecognizerName(name)} says no version.`, {
    advice: `Say which one, as in ${name.name}@1.`,
  });
}
