import { DmlError } from "../../../protocol/kernel/errors.ts";
import { type MasterChoice, masterChoiceOf } from "../access/master_choice.ts";
import { outageOf } from "../access/outage.ts";
import type { FlagValues } from "../flag_values.ts";
import { labelsIn } from "../nodes/nodes_command.ts";
import { type FilePlace, type NodePlace, parseFilePlace } from "./file_place.ts";

export interface CpCommand extends MasterChoice {
  readonly verb: "cp";
  readonly sources: readonly FilePlace[];
  readonly destination: FilePlace;
  readonly json: boolean;
  /** Time to wait for a master or a node that goes away; absent for the usual one. */
  readonly outageMs?: number;
}

export interface LsCommand extends MasterChoice {
  readonly verb: "ls";
  readonly places: readonly NodePlace[];
  readonly isRecursive: boolean;
  readonly json: boolean;
}

export interface RmCommand extends MasterChoice {
  readonly verb: "rm";
  readonly places: readonly NodePlace[];
  readonly isRecursive: boolean;
  readonly dryRun: boolean;
  /** True if nobody is asked first. */
  readonly yes: boolean;
  readonly json: boolean;
}

export type FileCommand = CpCommand | LsCommand | RmCommand;

/** Parses the words behind `dml cp`. Throws `usage`. */
export function cpCommand(rest: readonly string[], values: FlagValues): CpCommand {
  if (rest.length < 2) {
    throw new DmlError("usage", "`dml cp` needs what to copy, and where to.", {
      advice: "One of the two is on a node: `dml cp photo.jpg attic:photos/`, or `dml cp attic:photos/photo.jpg .`",
    });
  }
  const places = placesIn(rest, values);
  const [sources, [destination]] = [places.slice(0, -1), places.slice(-1)];
  const group = sources.find((place) => place.kind === "node" && place.targets.kind !== "nodes");
  if (group !== undefined) {
    throw new DmlError("usage", "`dml cp` takes files from one node at a time, not from all:.", {
      advice: "Name the node.",
    });
  }
  if (destination.kind === "local" && sources.some(({ kind }) => kind === "local")) {
    throw new DmlError("usage", "`dml cp` copies to or from nodes; neither side of this line is on one.", {
      advice: "Write NODE: before a path, as in attic:photos/.",
    });
  }
  const common = { ...masterChoiceOf(values), json: values.isOn("json"), ...outageOf(values) };
  return { verb: "cp", sources, destination, ...common };
}

/** Parses the words behind `dml ls`. Throws `usage`. */
export function lsCommand(rest: readonly string[], values: FlagValues): LsCommand {
  const places = nodePlacesIn("ls", rest, values);
  const common = { ...masterChoiceOf(values), json: values.isOn("json") };
  return { verb: "ls", places, isRecursive: values.isOn("recursive"), ...common };
}

/** Parses the words behind `dml rm`. Throws `usage`. */
export function rmCommand(rest: readonly string[], values: FlagValues): RmCommand {
  const places = nodePlacesIn("rm", rest, values);
  if (places.some(({ path }) => path === "")) {
    throw new DmlError("usage", "The directory that a node opened cannot be removed.", {
      advice: "Name what is in it, as in 'attic:*'.",
    });
  }
  const common = { ...masterChoiceOf(values), json: values.isOn("json") };
  const [isRecursive, dryRun, yes] = [values.isOn("recursive"), values.isOn("dry-run"), values.isOn("yes")];
  return { verb: "rm", places, isRecursive, dryRun, yes, ...common };
}

function nodePlacesIn(verb: string, rest: readonly string[], values: FlagValues): NodePlace[] {
  const places = placesIn(rest, values);
  const nodes = places.filter((place): place is NodePlace => place.kind === "node");
  if (places.length > 0 && nodes.length === places.length) return nodes;
  throw new DmlError("usage", `\`dml ${verb}\` needs a path on a node, as in attic:photos.`, {
    advice: "`dml nodes` lists the nodes; attic: alone is the directory that attic opened.",
  });
}

function placesIn(rest: readonly string[], values: FlagValues): FilePlace[] {
  const labels = labelsIn(values);
  const places = rest.map((word) => parseFilePlace(word, { labels }));
  if (labels.length > 0 && !places.some((place) => place.kind === "node" && place.targets.kind === "labels")) {
    throw new DmlError("usage", "--label chooses among all nodes, and no path begins with all:.", {
      advice: "Write all: before the path, or leave --label out.",
    });
  }
  return places;
}
