import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { MasterEvent } from "../messages/event.ts";
import { latestOf, versionOf, versionsOf } from "../state/lineage.ts";
import { testsOf } from "./test_images.ts";
import type {
  BeginRollout,
  PinVersion,
  RemoveModel,
  RemoveVersion,
  RollBack,
  VersionCommand,
} from "../messages/rollout_command.ts";
import { createRollout, type RolloutSpec } from "../state/rollout.ts";
import { recordOf } from "./rollout_record.ts";
import { endRollout } from "./decide_rollouts.ts";
import type { Lineage, MasterState, ModelState, Moment } from "../state/state.ts";

/** Decides a command about versions. The last event is the answer to the caller. */
export function decideVersions(state: MasterState, command: VersionCommand, now: Moment): MasterEvent[] {
  const lineage = state.lineages.get(command.name);
  if (lineage === undefined) return refuse(command, "model_unknown", `There is no model ${command.name}.`);
  if (command.type === "roll_back") return rollBack(state, { lineage, command }, now);
  if (command.type === "remove_model") return removeWhole(state, { lineage, command }, now);
  const model = versionOf(state, command.name, command.version);
  if (model === undefined) {
    const names = versionsOf(state, command.name).map(({ name }) => name).join(", ");
    const sentence = `There is no ${command.name}@${command.version}; the versions are: ${names}.`;
    return refuse(command, "model_unknown", sentence);
  }
  switch (command.type) {
    case "begin_rollout":
      return begin(state, { lineage, model, command }, now);
    case "pin_version":
      return pin({ lineage, model, command });
    case "remove_version":
      return remove(state, { lineage, model, command }, now);
  }
}

interface Version<Command> {
  readonly lineage: Lineage;
  readonly model: ModelState;
  readonly command: Command;
}

function begin(
  state: MasterState,
  { lineage, model, command }: Version<BeginRollout>,
  now: Moment,
): MasterEvent[] {
  const to = model.manifest.digest;
  if (lineage.latest === to) {
    const advice = versionsAdvice(lineage);
    return refuse(command, "request_invalid", `${model.name} is the latest version already.`, advice);
  }
  const pipelines = [latestOf(state, lineage.name), model].map((version) => version?.document.pipeline);
  if (pipelines[0] !== pipelines[1]) {
    const sentence = `${model.name} does another task (${pipelines[1]}) than the latest version (${pipelines[0]}).`;
    return refuse(command, "request_invalid", sentence, "Add it again with a name of its own.");
  }
  if (lineage.rollout !== null) {
    const running = state.models.get(lineage.rollout.spec.to)?.name;
    return refuse(command, "rollout_running", `${running} is being rolled out.`);
  }
  if (command.automatic) {
    const reason = automaticObstacle(lineage, to);
    if (reason !== null) return refuse(command, "request_invalid", `${model.name} ${reason}`);
  }
  const { rolloutId, name, automatic } = command;
  const tests = command.settings.tests.length > 0 ? command.settings.tests : testsOf(model.document);
  const settings = { ...command.settings, tests };
  const spec: RolloutSpec = {
    rolloutId,
    name,
    from: lineage.latest,
    to,
    automatic,
    settings,
    startedMs: now.wallMs,
  };
  const record = recordOf(state, createRollout(spec, { atMs: now.nowMs }));
  return [
    { type: "rollout_begun", spec, record, atMs: now.nowMs },
    done(command, `${model.name} is being rolled out.`),
  ];
}

/** Returns the reason why an automatic rollout must not start; `null` if it may. */
function automaticObstacle(lineage: Lineage, to: Lineage["latest"]): string | null {
  if (lineage.pinned.has(lineage.latest)) return "does not replace a version that is pinned.";
  if (lineage.previous === to || lineage.history.some(({ toDigest }) => toDigest === to)) {
    return "was rolled out before.";
  }
  return null;
}

function rollBack(
  state: MasterState,
  { lineage, command }: { lineage: Lineage; command: RollBack },
  now: Moment,
): MasterEvent[] {
  const { rollout, previous, latest, name } = lineage;
  const nameOf = (digest: Lineage["latest"]) => state.models.get(digest)?.name ?? digest;
  if (rollout !== null) {
    const reason = "It was rolled back by hand.";
    const detail = `${nameOf(rollout.spec.to)} is no longer rolled out; ${nameOf(latest)} stays the latest version.`;
    return [...endRollout(state, rollout, { outcome: "rolled_back", reason }, now), done(command, detail)];
  }
  if (previous === null) {
    const sentence = `${nameOf(latest)} has no previous version.`;
    return refuse(command, "request_invalid", sentence, versionsAdvice(lineage));
  }
  return [
    { type: "latest_moved", name, to: previous, previous: latest },
    done(command, `${nameOf(previous)} is the latest version again.`),
  ];
}

function pin({ lineage, model, command }: Version<PinVersion>): MasterEvent[] {
  const manifestDigest = model.manifest.digest;
  const { pinned } = command;
  const outcome = done(
    command,
    `${model.name} is ${pinned ? "kept on every node that can run it" : "no longer pinned"}.`,
  );
  if (lineage.pinned.has(manifestDigest) === pinned) return [outcome];
  return [{ type: "version_pinned", manifestDigest, pinned }, outcome];
}

function remove(
  state: MasterState,
  { lineage, model, command }: Version<RemoveVersion>,
  now: Moment,
): MasterEvent[] {
  if (lineage.latest !== model.manifest.digest) {
    return removeUnneeded(state, { lineage, model, command }, now);
  }
  const isOnly = versionsOf(state, lineage.name).length === 1;
  const way = isOnly
    ? `the only one; \`dml models remove ${lineage.name}\` removes a model as a whole.`
    : "roll out another one first.";
  return refuse(
    command,
    "model_in_use",
    `${model.name} is the latest version${isOnly ? ", and" : ";"} ${way}`,
  );
}

/**
 * Removes a model that has one version left. Otherwise refuses, since the version may have
 * been left out by mistake.
 */
function removeWhole(
  state: MasterState,
  { lineage, command }: { lineage: Lineage; command: RemoveModel },
  now: Moment,
): MasterEvent[] {
  const versions = versionsOf(state, lineage.name);
  if (versions.length === 1) return removeUnneeded(state, { lineage, model: versions[0], command }, now);
  const names = versions.map(({ name }) => name).join(", ");
  const sentence =
    `${lineage.name} has ${versions.length} versions (${names}); remove those that are not the latest first.`;
  return refuse(command, "model_in_use", sentence);
}

function removeUnneeded(
  state: MasterState,
  { lineage, model, command }: Version<RemoveVersion | RemoveModel>,
  now: Moment,
): MasterEvent[] {
  const manifestDigest = model.manifest.digest;
  const reason = usageOf(state, { lineage, model });
  if (reason !== null) return refuse(command, "model_in_use", `${model.name} ${reason}`);
  const events: MasterEvent[] = [];
  for (const { connection, record: { nodeId } } of state.nodes.values()) {
    const status = connection?.models.get(manifestDigest)?.state;
    if (status === undefined) continue;
    events.push({ type: "model_retired", nodeId, manifestDigest, held: status !== "unsuitable" });
  }
  return [
    ...events,
    { type: "version_removed", manifestDigest, atWallMs: now.wallMs },
    done(command, `${model.name} is gone; \`dml models gc\` deletes its files.`),
  ];
}

function usageOf(
  state: MasterState,
  { lineage, model }: Pick<Version<never>, "lineage" | "model">,
): string | null {
  const { manifest: { digest }, taskCount } = model;
  if (lineage.pinned.has(digest)) return "is pinned.";
  if (lineage.rollout !== null && [lineage.rollout.spec.from, lineage.rollout.spec.to].includes(digest)) {
    return "takes part in a rollout.";
  }
  for (const { part } of state.tasks.values()) {
    if (part?.kind === "canary" && part.from === digest) {
      return "may still be needed by canary pictures that fail on the new version.";
    }
  }
  return taskCount > 0 ? `has ${taskCount} pictures that are not answered yet.` : null;
}

function done({ commandId }: { commandId: string }, detail: string): MasterEvent {
  return { type: "command_finished", commandId, code: null, detail };
}

/** Returns the refusal of a command; without `advice`, the caller gets that of the code. */
function refuse(
  { commandId }: { commandId: string },
  code: ErrorCode,
  detail: string,
  advice?: string,
): MasterEvent[] {
  return [{ type: "command_finished", commandId, code, detail, ...advice === undefined ? {} : { advice } }];
}

function versionsAdvice({ name }: Lineage): string {
  return `\`dml models rollout ${name}\` lists the versions.`;
}
