import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { asDmlError, type DmlError } from "../../../protocol/kernel/errors.ts";
import type { FileEntry } from "../../../protocol/messages/files.ts";
import type { LsCommand } from "../../cli/files/file_commands.ts";
import type { NodePlace } from "../../cli/files/file_place.ts";
import { exitCodeOf } from "../../cli/exit.ts";
import { nodeSource } from "../../files/file_targets.ts";
import { entriesNamed } from "../../files/node_glob.ts";
import { wholeListing } from "../../files/whole_listing.ts";
import { renderEntries } from "../../reports/file_table.ts";
import { printable } from "../../terminal/render.ts";
import { type FilesContext, nodesFor } from "./files_context.ts";

/** Lists files of nodes. Returns the exit code, which is not 0 if one could not be listed. */
export async function runLs(command: LsCommand, context: FilesContext): Promise<number> {
  const { terminal } = context;
  const failures: DmlError[] = [];
  let tried = 0;
  for (const place of command.places) {
    const nodes = await nodesFor(place.targets, context);
    const isTitled = nodes.length > 1 || command.places.length > 1;
    for (const node of nodes) {
      tried++;
      try {
        print(await entriesOf(node, place, { ...context, ...command }), {
          ...context,
          ...command,
          node,
          place,
          isTitled,
        });
      } catch (error) {
        const failure = asDmlError(error);
        // The only failure is that of the command.
        if (!isTitled || failure.code === "interrupted") throw failure;
        failures.push(failure);
        terminal.error(`${printable(`${node.name}: ${failure.message}`)}\n  ${printable(failure.advice)}\n`);
      }
    }
  }
  return exitCodeOf(failures, { tried });
}

/** Returns the entries of the directory that `place` names, or those that it names itself. */
async function entriesOf(
  { nodeId }: NodeListing,
  { path }: NodePlace,
  { files, isRecursive }: Pick<FilesContext, "files"> & { isRecursive: boolean },
): Promise<FileEntry[]> {
  const source = nodeSource(nodeId, files);
  const depth = isRecursive ? "all" : "children";
  const named = path === "" ? null : await entriesNamed(source, path);
  if (named === null) return await wholeListing(source, { path: "", depth });
  if (named.length === 1 && named[0].kind === "directory") {
    return await wholeListing(source, { path: named[0].path, depth });
  }
  const entries: FileEntry[] = [];
  for (const entry of named) {
    entries.push(entry);
    if (isRecursive && entry.kind === "directory") {
      entries.push(...await wholeListing(source, { path: entry.path, depth }));
    }
  }
  return entries;
}

function print(
  entries: readonly FileEntry[],
  { terminal, json, node: { name, nodeId }, place, isTitled }: FilesContext & {
    json: boolean;
    node: NodeListing;
    place: NodePlace;
    isTitled: boolean;
  },
): void {
  if (json) {
    for (const entry of entries) terminal.out(jsonLine({ node: name, nodeId, ...entry }));
    return;
  }
  if (isTitled) terminal.out(`${printable(`${name}:${place.path}`)}\n`);
  terminal.out(renderEntries(entries, place.path));
}
