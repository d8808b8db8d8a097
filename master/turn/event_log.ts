import type { Log } from "../../protocol/kernel/log.ts";
import type { NodeDecision } from "../../protocol/http_api/node_decision.ts";
import type { MasterEvent } from "../core/messages/event.ts";
import type { MasterState } from "../core/state/state.ts";
import { rounded } from "../../models/pipelines/rounded.ts";

/** Words about each decision of an admin. */
const DECIDED: Readonly<Record<NodeDecision, string>> = {
  approve: "approved",
  remove: "removed",
  restore: "restored",
};

/** Logs an event if it is of interest to people; ordinary tasks are not. */
export function logEvent(log: Log, event: MasterEvent, state: MasterState): void {
  for (const logPart of [logNode, logModel, logGallery, logProgram, logVersion, logWork]) {
    logPart(log, event, state);
  }
}

function logNode(log: Log, event: MasterEvent, state: MasterState): void {
  switch (event.type) {
    case "node_recorded": {
      const { nodeId, name, address, version, capabilities } = event.record;
      const { cores, workers } = capabilities;
      log.info(`Node ${name} joined.`, { nodeId, address, version, cores, workers });
      return;
    }
    case "node_waiting":
      if (event.isNew) {
        const { nodeId, name, address } = event.record;
        log.warn(`Node ${name} waits for approval.`, { nodeId, address, advice: "`dml nodes approve` lets it in." });
      }
      return;
    case "node_judged": {
      const { nodeId, name } = event.record;
      log.info(`Node ${name} was ${DECIDED[event.decision]}.`, { nodeId });
      return;
    }
    case "node_suspected":
      log.warn(`Node ${nameOf(state, event.nodeId)} is silent and gets no new work.`);
      return;
    case "node_recovered":
      log.info(`Node ${nameOf(state, event.nodeId)} is back.`);
      return;
    case "node_lost":
      if (event.orderly) log.info(`Node ${nameOf(state, event.nodeId)} has left.`, { reason: event.reason });
      else log.warn(`Node ${nameOf(state, event.nodeId)} was lost.`, { reason: event.reason });
      return;
    case "node_withdrew":
      log.info(`Node ${nameOf(state, event.nodeId)} takes no new work.`);
      return;
    case "node_forgotten":
      log.info(`Node ${event.nodeId} was forgotten to make room for a new one.`);
      return;
  }
}

function logModel(log: Log, event: MasterEvent, state: MasterState): void {
  switch (event.type) {
    case "model_ready":
      log.info(
        `${modelOf(state, event.manifestDigest)} is ready on ${nameOf(state, event.nodeId)}.`,
        {
          imagesPerSecond: rounded(event.imagesPerSecond, 1),
          fetchedBytes: event.fetchedBytes,
          warmUpMs: Math.round(event.warmUpMs),
        },
      );
      return;
    case "model_failed":
      log.warn(
        `${modelOf(state, event.manifestDigest)} failed on ${nameOf(state, event.nodeId)}.`,
        { code: event.code, reason: event.reason, retried: event.retryable },
      );
      return;
    case "model_unsuitable":
      log.warn(
        `${modelOf(state, event.manifestDigest)} does not suit ${nameOf(state, event.nodeId)}.`,
        { reason: event.reason },
      );
      return;
  }
}

function logGallery(log: Log, event: MasterEvent, state: MasterState): void {
  switch (event.type) {
    case "gallery_published":
      log.info(`The gallery ${event.gallery} is at version ${event.version}.`, { people: event.people });
      return;
    case "gallery_retired":
      log.info(`The gallery ${event.gallery} was removed.`);
      return;
    case "gallery_ready":
      log.info(`The gallery ${event.gallery} is in force on ${nameOf(state, event.nodeId)}.`, {
        version: event.version,
        fetchedBytes: event.fetchedBytes,
      });
      return;
    case "gallery_failed":
      log.warn(`The gallery ${event.gallery} failed on ${nameOf(state, event.nodeId)}.`, {
        version: event.version,
        code: event.code,
        reason: event.reason,
      });
      return;
  }
}

function logProgram(log: Log, event: MasterEvent, state: MasterState): void {
  switch (event.type) {
    case "program_added":
      log.info(`dml ${event.program.version} for ${event.program.target} is offered to nodes that run an older one.`);
      return;
    case "program_reported": {
      const name = nameOf(state, event.nodeId);
      const fields = { version: event.version, reason: event.reason };
      if (event.state === "fetching") log.info(`Node ${name} is fetching a newer dml.`, fields);
      else if (event.state === "restarting") log.info(`Node ${name} is restarting with a newer dml.`, fields);
      else log.warn(`Node ${name} did not upgrade to a newer dml.`, fields);
      return;
    }
  }
}

function logVersion(log: Log, event: MasterEvent, state: MasterState): void {
  switch (event.type) {
    case "latest_moved":
      log.info(`The latest version of ${event.name} is now ${modelOf(state, event.to)}.`);
      return;
    case "rollout_begun":
      log.info(`${event.record.to} is being rolled out.`, { from: event.record.from, automatic: event.spec.automatic });
      return;
    case "rollout_ended": {
      const { stage, to, from, reason } = event.record;
      if (stage === "promoted") log.info(`${to} was promoted.`, { from, reason });
      else log.warn(`${to} was rolled back.`, { from, reason });
      return;
    }
    case "version_removed":
      log.info("A version was removed.", { manifestDigest: event.manifestDigest });
      return;
  }
}

/** Logs attempts that failed or were lost, commands to nodes, and decisions about nodes. */
function logWork(log: Log, event: MasterEvent, state: MasterState): void {
  switch (event.type) {
    case "attempt_ended":
      if (event.how !== "failed" && event.how !== "lost") return;
      log.warn(`An attempt on node ${nameOf(state, event.nodeId)} failed.`, {
        how: event.how,
        taskId: event.taskId,
        attempt: event.attempt,
        code: event.code,
        reason: event.reason,
      });
      return;
    case "node_command_sent":
      log.info(`Node ${nameOf(state, event.nodeId)} was sent the command ${event.command}.`);
      return;
    case "labels_changed":
      log.info(`The labels of node ${nameOf(state, event.nodeId)} were changed.`, { ...event.change });
      return;
    case "requirement_stated":
      log.info(`${event.stated.requirement} is required of nodes from now on.`, { target: event.stated.target });
      return;
    case "requirement_dropped":
      log.info(`${event.requirement} is no longer required of nodes.`, { target: event.target });
      return;
    case "model_bound":
      log.info(`The labels to which ${event.name} is bound were changed.`, { labels: event.labels });
      return;
  }
}

function nameOf(state: MasterState, nodeId: string): string {
  return state.nodes.get(nodeId)?.record.name ?? nodeId;
}

function modelOf(state: MasterState, manifestDigest: string): string {
  for (const { name, manifest } of state.models.values()) {
    if (manifest.digest === manifestDigest) return name;
  }
  return manifestDigest;
}
