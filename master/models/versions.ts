import type { Collected, LineageListing, RolloutRecord, RolloutRequest } from "../../protocol/http_api/rollout_api.ts";
import type { RegisteredModel } from "../../models/registry.ts";
import { formatModelName, type ModelName } from "../../models/name.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { RegisterModel } from "../core/messages/command.ts";
import { listLineage } from "../core/decide/rollout_record.ts";
import type { VersionCommand } from "../core/messages/rollout_command.ts";
import { latestOf, versionOf } from "../core/state/lineage.ts";
import type { MasterState } from "../core/state/state.ts";
import { collectGarbage } from "./garbage_collection.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { PendingCommands } from "../turn/pending_commands.ts";
import type { ModelStore } from "./model_store.ts";
import { DEFAULT_ROLLOUT, settingsOf } from "./rollout_settings.ts";

export interface VersionsOptions {
  /** The state of the master; it is only read here. */
  readonly state: MasterState;
  readonly pendingCommands: PendingCommands;
  readonly ledger: Ledger;
  readonly models: ModelStore;
  /** Serves a model from now on. */
  readonly register: (model: RegisteredModel) => void;
  readonly durable: BlobStore;
  /** Returns files that must be kept although no version needs them yet. */
  readonly protectedFiles?: () => ReadonlySet<Digest>;
  readonly random: Random;
  readonly log: Log;
}

type WithoutId<Command> = Command extends unknown ? Omit<Command, "commandId"> : never;

/** Operations on the versions of models: rollouts, pins, removal and garbage collection. */
export class Versions {
  readonly #options: VersionsOptions;

  constructor(options: VersionsOptions) {
    this.#options = options;
  }

  /** Returns the versions of a model and its rollouts. Throws `model_unknown`. */
  show(name: string): LineageListing {
    const { state, models } = this.#options;
    const lineage = state.lineages.get(name);
    if (lineage !== undefined) return listLineage(state, lineage);
    models.resolve(name); // `resolve` suggests the nearest name in its error
    throw new DmlError("model_unknown", `There is no model ${name}.`);
  }

  /**
   * Starts a rollout and returns its record. Throws `model_unknown`, `request_invalid` or
   * `rollout_running`.
   */
  async rollOut(name: string, request: RolloutRequest): Promise<RolloutRecord> {
    const { version } = request;
    const settings = settingsOf(request);
    const rolloutId = newId("rollout", this.#options.random);
    await this.#submit({ type: "begin_rollout", rolloutId, name, version, settings, automatic: false });
    const { current, history } = this.show(name);
    const record = [current, ...history].find((rollout) => rollout?.rolloutId === rolloutId);
    if (record) return record;
    throw new DmlError("internal", `The rollout of ${name}@${version} was not recorded.`);
  }

  rollBack(name: string): Promise<string> {
    return this.#submit({ type: "roll_back", name });
  }

  pin(name: ModelName, pinned: boolean): Promise<string> {
    return this.#submit({ type: "pin_version", ...withVersion(name), pinned });
  }

  /**
   * Removes a version or, if none is named, a model of which only one version is left. If that was
   * the last one and the name comes with dml, the built-in versions take its place. Throws
   * `model_in_use`.
   */
  async remove({ name, version }: ModelName): Promise<string> {
    const { state, models } = this.#options;
    this.#refuseLastBuiltIn({ name, version });
    const removed = version === null ? latestOf(state, name) : versionOf(state, name, version);
    const detail = await this.#submit(
      version === null ? { type: "remove_model", name } : { type: "remove_version", name, version },
    );
    if (removed !== undefined) models.remove(removed.manifest.digest);
    if (!state.lineages.has(name)) {
      for (const model of models.restoreBuiltIn(name)) {
        if (!models.isOptional(model.digest)) this.#options.register(model);
      }
    }
    return detail;
  }

  /**
   * Throws `model_in_use` if a built-in model, of which users have added no version, is to be
   * removed as a whole, or its only version.
   */
  #refuseLastBuiltIn({ name, version }: ModelName): void {
    const { state, models } = this.#options;
    const versions = models.list().filter(({ manifest }) => manifest.name === name);
    if (versions.length === 0 || !versions.every(({ digest }) => models.isBuiltIn(digest))) return;
    const isOnly = versions.length === 1 && version === versions[0].manifest.version && state.lineages.has(name);
    if (version !== null && !isOnly) return;
    const sentence = version === null
      ? `${name} comes with dml and cannot be removed as a whole.`
      : `${name}@${version} comes with dml and is the latest version, and the only one.`;
    throw new DmlError("model_in_use", sentence, {
      advice: "To replace it, add a version of your own with `dml models add` and roll that out.",
    });
  }

  /** Returns the manifests of the removed versions of a model, the newest version first. */
  removedOf({ name, version }: ModelName): BlobReference[] {
    return this.#options.ledger.load().removed
      .filter(({ document }) => document.name === name && (version === null || document.version === version))
      .sort((one, other) => other.document.version - one.document.version)
      .map(({ manifest }) => manifest);
  }

  /** Deletes the files of removed versions that nothing else needs. */
  collect(): Promise<Collected> {
    const { state, ledger, durable, models, protectedFiles } = this.#options;
    const { removed } = ledger.load();
    return collectGarbage({ state, durable, removed, registered: () => models.list(), protectedFiles });
  }

  /**
   * Starts a rollout of each built-in version that is newer than the latest one of its model. A
   * version that was tried before is not tried again. A version that a user added waits until
   * somebody rolls it out.
   */
  rollOutNewer(): void {
    const { state, random, pendingCommands, log } = this.#options;
    for (const { name, latest } of state.lineages.values()) {
      const latestVersion = state.models.get(latest)?.document.version ?? 0;
      const newest = Math.max(...this.#builtInVersionsOf(name));
      if (newest <= latestVersion) continue;
      const rolloutId = newId("rollout", random);
      const settings = DEFAULT_ROLLOUT;
      const adopted = pendingCommands.submit((commandId) => ({
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
        (error) =>
          log.info(`${name}@${newest} is not rolled out automatically.`, { reason: asDmlError(error).message }),
      );
    }
  }

  /**
   * Returns the models to register at the start, the highest version of each name first, because
   * that becomes the latest where there is none yet. A removed version is left out, unless nothing
   * would be left of a name that comes with dml.
   */
  registrations(): RegisterModel[] {
    const { models, ledger } = this.#options;
    const removed = new Set(ledger.load().removed.map(({ manifest }) => manifest.digest));
    const left = new Set(
      models.list().filter(({ digest }) => !removed.has(digest)).map(({ manifest }) => manifest.name),
    );
    for (const { digest, manifest } of models.list()) {
      if (removed.has(digest) && left.has(manifest.name)) models.remove(digest);
    }
    const isBefore = (one: Manifest, other: Manifest) => one.name < other.name ? -1 : 1;
    return models.list()
      .sort(({ manifest: one }, { manifest: other }) =>
        one.name === other.name ? other.version - one.version : isBefore(one, other)
      )
      .filter(({ digest }) => !models.isOptional(digest))
      .map(({ manifest: document, digest, bytes }) => ({
        type: "register_model",
        manifest: { digest, size: bytes.length },
        document,
      }));
  }

  #builtInVersionsOf(name: string): number[] {
    const { state, models } = this.#options;
    return models.list()
      .filter(({ manifest, digest }) => manifest.name === name && models.isBuiltIn(digest) && state.models.has(digest))
      .map(({ manifest }) => manifest.version);
  }

  #submit(command: WithoutId<VersionCommand>): Promise<string> {
    return this.#options.pendingCommands.submit((commandId) => ({ ...command, commandId }));
  }
}

function withVersion(name: ModelName): { name: string; version: number } {
  if (name.version !== null) return { name: name.name, version: name.version };
  throw new DmlError("request_invalid", `${formatModelName(name)} has no version.`, {
    advice: `Name one, as in ${name.name}@1.`,
  });
}
