import type { Program } from "../../../protocol/messages/program.ts";
import { isNewer, targetNameOf } from "../../../protocol/program/executable.ts";
import type { AcceptProgramState, AddProgram } from "../messages/command.ts";
import type { ProgramEvent, ProgramReported } from "../messages/program_event.ts";
import type { MasterState, Moment, NodeState, ProgramStatus } from "../state/state.ts";

/** Time in which a node that supports programs answers an offer. */
const ANSWER_WITHIN_MS = 10_000;
/** Longest wait for a node that fetches a program, before other nodes get their turn. */
const FETCHING_MS_MAX = 10 * 60_000;
/** Longest wait for a node that restarts. */
const RESTARTING_MS_MAX = 3 * 60_000;
/** One of this many connected nodes may restart at a time. */
const NODES_PER_RESTART = 4;

/** Makes an executable available, unless one as new is there for its kind of host. */
export function addProgram(state: MasterState, { program }: AddProgram): ProgramEvent[] {
  const known = state.programs.get(program.target);
  if (known?.digest === program.digest || known && !isNewer(program.version, known.version)) return [];
  return [{ type: "program_added", program }];
}

/** Records the report of a node on its last offer; reports on other executables are ignored. */
export function acceptProgramState(
  state: MasterState,
  { nodeId, message: { digest, state: status, reason } }: AcceptProgramState,
  { nowMs: atMs }: Moment,
): ProgramReported[] {
  const known = state.programStatuses.get(nodeId);
  if (known?.digest !== digest) return [];
  return [{ type: "program_reported", nodeId, digest, version: known.version, state: status, reason, atMs }];
}

/**
 * Offers nodes a newer executable, a few nodes at a time so that the others work on. A node that
 * does not answer an offer is recorded as one to be upgraded by hand.
 */
export function offerPrograms(state: MasterState, now: Moment): ProgramEvent[] {
  if (state.programs.size === 0 || state.stopping) return [];
  const events: ProgramEvent[] = [];
  let busy = 0;
  let connected = 0;
  const waiting: { nodeId: string; program: Program }[] = [];
  for (const node of state.nodes.values()) {
    const { record: { nodeId }, connection } = node;
    const status = state.programStatuses.get(nodeId);
    if (connection !== null) connected++;
    if (status !== undefined && isUnderWay(status, now)) {
      busy++;
      continue;
    }
    if (status?.state === "offered" && connection !== null) {
      events.push(unanswered(nodeId, status, now));
      continue;
    }
    const program = programFor(state, node);
    if (program === null || connection === null || connection.suspect || connection.draining) continue;
    if (status === undefined || mayBeOfferedAgain(status, program, { state, now })) {
      waiting.push({ nodeId, program });
    }
  }
  const free = Math.max(1, Math.floor(connected / NODES_PER_RESTART)) - busy;
  for (const { nodeId, program } of waiting.slice(0, Math.max(0, free))) {
    events.push({ type: "program_offered", nodeId, program, atMs: now.nowMs });
  }
  return events;
}

/**
 * Returns the executable newer than that of `node`; `null` if there is none for its kind of host.
 */
export function programFor({ programs }: MasterState, { record }: NodeState): Program | null {
  const program = programs.get(targetNameOf(record.capabilities));
  return program !== undefined && isNewer(program.version, record.version) ? program : null;
}

function isUnderWay({ state, sinceMs }: ProgramStatus, { nowMs }: Moment): boolean {
  const forMs = nowMs - sinceMs;
  switch (state) {
    case "offered":
      return forMs < ANSWER_WITHIN_MS;
    case "fetching":
      return forMs < FETCHING_MS_MAX;
    case "restarting":
      return forMs < RESTARTING_MS_MAX;
    default:
      return false;
  }
}

function mayBeOfferedAgain(
  status: ProgramStatus,
  program: Program,
  { state, now }: { state: MasterState; now: Moment },
): boolean {
  if (status.digest !== program.digest) return true;
  return status.state !== "declined" && now.nowMs - status.sinceMs >= state.settings.offerAgainMs;
}

function unanswered(nodeId: string, { digest, version }: ProgramStatus, { nowMs: atMs }: Moment): ProgramReported {
  const reason = "Its version of dml cannot upgrade from a master; copy the new executable to it once.";
  return { type: "program_reported", nodeId, digest, version, state: "declined", reason, atMs };
}
