import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { asDmlError, type DmlError } from "../../../protocol/kernel/errors.ts";
import type { RmCommand } from "../../cli/files/file_commands.ts";
import { exitCodeOf } from "../../cli/exit.ts";
import { nodeSource } from "../../files/file_targets.ts";
import { entriesNamed } from "../../files/node_glob.ts";
import { counted, printable } from "../../terminal/render.ts";
import { type FilesContext, nodesFor } from "./files_context.ts";

/** Removes files of nodes. Returns the exit code, which is not 0 if one could not be removed. */
export async function runRm(
  { places, isRecursive, dryRun, json }: RmCommand,
  context: FilesContext,
): Promise<number> {
  const { terminal, files } = context;
  const failures: DmlError[] = [];
  let tried = 0;
  for (const place of places) {
    for (const { name, nodeId } of await nodesFor(place.targets, context)) {
      const row = (path: string) => ({ node: name, nodeId, path });
      const failed = (path: string, error: unknown) => {
        const failure = asDmlError(error);
        if (failure.code === "interrupted") throw failure;
        failures.push(failure);
        const { code, message, advice } = failure;
        if (json) terminal.out(jsonLine({ ...row(path), ok: false, code, message }));
        else terminal.error(`${printable(`${name}: ${message}`)}\n  ${printable(advice)}\n`);
      };
      try {
        for (const { path } of await entriesNamed(nodeSource(nodeId, files), place.path)) {
          tried++;
          if (dryRun) {
            terminal.out(
              json ? jsonLine({ ...row(path), ok: true }) : `${printable(`${name}: ${path}`)} would be removed.\n`,
            );
            continue;
          }
          try {
            const removed = await files.remove(nodeId, { path, isRecursive });
            terminal.out(json ? jsonLine({ ...row(path), ok: true, ...removed }) : lineOf(name, path, removed));
          } catch (error) {
            failed(path, error);
          }
        }
      } catch (error) {
        tried++;
        failed(place.path, error);
      }
    }
  }
  return exitCodeOf(failures, { tried });
}

function lineOf(name: string, path: string, removed: { files: number; directories: number }): string {
  const { files, directories } = removed;
  const parts = [
    ...files === 0 ? [] : [counted(files, "file")],
    ...directories === 0 ? [] : [directories === 1 ? "1 directory" : `${directories} directories`],
  ];
  return `${printable(`${name}: ${path}`)} removed: ${parts.join(" and ")}.\n`;
}
