import { MASTER_SOURCE } from "../../protocol/http_api/log_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { KEPT_LEVELS } from "../../protocol/kernel/logs/log_record.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import type { LogFilter } from "./log_filter.ts";

/** Records of an answer whose request says neither `tail` nor `after`. */
export const DEFAULT_TAIL = 200;

/** The checked parameters of `GET /v1/logs`. */
export interface LogQuery {
  readonly filter: LogFilter;
  /** Number of the newest records to return; `null` if the request continues after a cursor. */
  readonly tail: number | null;
  /** Cursor after which to continue. */
  readonly after: number;
  /** Time to wait for a record if there is none, in milliseconds. */
  readonly waitMs: number;
}

/** A node that records may be asked of. */
export interface NamedNode {
  readonly nodeId: string;
  readonly name: string;
}

const NAMES: readonly string[] = ["node", "level", "sinceMs", "tail", "after", "waitMs"];

/**
 * Returns the checked query; every parameter may be absent. `node` is `master`, or the id or name of
 * one of `nodes`. Throws `request_invalid`, naming the parameter, and `node_unknown`.
 */
export function logQuery(
  parameters: Readonly<Record<string, readonly string[]>>,
  { nodes }: { nodes: readonly NamedNode[] },
): LogQuery {
  for (const name in parameters) {
    if (!NAMES.includes(name)) {
      throw invalid(`There is no parameter ${JSON.stringify(name.slice(0, 64))}; there are ${NAMES.join(", ")}.`);
    }
    if (parameters[name].length > 1) throw invalid(`The parameter ${name} was given more than once.`);
  }
  const number = (name: string, max: number): number | null => {
    const text = parameters[name]?.[0];
    if (text === undefined) return null;
    if (/^\d{1,16}$/.test(text) && Number(text) <= max) return Number(text);
    throw invalid(`The parameter ${name} must be a whole number from 0 to ${max}.`);
  };
  const after = number("after", Number.MAX_SAFE_INTEGER);
  const tail = number("tail", LIMITS.logPageRecordsMax);
  const waitMs = number("waitMs", LIMITS.logWaitMaxMs);
  if (after !== null && tail !== null) throw invalid("Only one of tail and after may be given.");
  if (after === null && waitMs !== null) throw invalid("Without after there is nothing to wait for with waitMs.");
  const level = parameters.level?.[0] ?? "info";
  const known = KEPT_LEVELS.find((candidate) => candidate === level);
  if (known === undefined) throw invalid(`The parameter level must be one of ${KEPT_LEVELS.join(", ")}.`);
  return {
    filter: {
      source: sourceOf(parameters.node?.[0], nodes),
      level: known,
      sinceMs: number("sinceMs", Number.MAX_SAFE_INTEGER) ?? 0,
    },
    tail: after === null ? tail ?? DEFAULT_TAIL : null,
    after: after ?? 0,
    waitMs: waitMs ?? 0,
  };
}

function sourceOf(wanted: string | undefined, nodes: readonly NamedNode[]): string | null {
  if (wanted === undefined) return null;
  if (wanted === MASTER_SOURCE || nodes.some(({ nodeId }) => nodeId === wanted)) return wanted;
  const named = nodes.filter(({ name }) => name === wanted);
  if (named.length === 1) return named[0].nodeId;
  if (named.length > 1) {
    throw new DmlError("node_unknown", `${named.length} nodes are called ${wanted}.`, {
      advice: `Name one by its id: ${named.map(({ nodeId }) => nodeId).join(", ")}.`,
    });
  }
  const match = nearest(wanted, [MASTER_SOURCE, ...nodes.flatMap(({ name, nodeId }) => [name, nodeId])]);
  const advice = match === null ? {} : { advice: `Did you mean ${match}?` };
  throw new DmlError("node_unknown", `There is no node ${wanted.slice(0, 100)}.`, advice);
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence);
}
