import { basename, dirname, resolve } from "node:path";
import { LocalFiles } from "../../../protocol/files/local_files.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import { newId } from "../../../protocol/kernel/id.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { FileEntry } from "../../../protocol/messages/files.ts";
import type { FileSource } from "../../../protocol/ports/file_store.ts";
import type { CpCommand } from "../../cli/files/file_commands.ts";
import type { FilePlace, LocalPlace, NodePlace } from "../../cli/files/file_place.ts";
import { exitCodeOf } from "../../cli/exit.ts";
import { retryNotice } from "../../client/retry/retry_notice.ts";
import { type CopiedTree, copiedTree, type Destination } from "../../files/copied_tree.ts";
import { type FileTargets, giveUp, localTarget, nodeSource, nodeTargets } from "../../files/file_targets.ts";
import { entriesNamed } from "../../files/node_glob.ts";
import { copyTree, type TargetReport } from "../../files/tree_copy.ts";
import { entryAt } from "../../files/whole_listing.ts";
import { expandGlob } from "../../pictures/expand_glob.ts";
import { isGlob } from "../../pictures/glob.ts";
import { CopyProgress, printReports } from "../../reports/copy_report.ts";
import { counted } from "../../terminal/render.ts";
import { type FilesContext, nodesFor } from "./files_context.ts";

/** Files of one host that are copied together. */
interface NamedSource {
  readonly source: FileSource;
  readonly named: readonly FileEntry[];
}

/** Copies files to nodes, from a node, or from one node to others. Returns the exit code. */
export async function runCp(command: CpCommand, context: FilesContext): Promise<number> {
  const { terminal, clock } = context;
  const sources = await sourcesOf(command.sources, context);
  const { destination: place, outageMs = LIMITS.outageMs, json } = command;
  const named = sources.flatMap((source) => source.named);
  const opened = await openDestination(place, { ...context, named });
  const { targets, destination } = opened;
  const trees: { tree: CopiedTree; source: FileSource }[] = [];
  for (const { source, named } of sources) {
    trees.push({ tree: await copiedTree(source, named, destination), source });
  }
  const leftOut = trees.flatMap(({ tree }) => tree.leftOut);
  if (leftOut.length > 0) {
    terminal.error(`${counted(leftOut.length, "link or device")} left out, such as ${JSON.stringify(leftOut[0])}.\n`);
  }
  const bytes = trees.flatMap(({ tree }) => tree.files).reduce((sum, { entry }) => sum + entry.size, 0);
  const progress = context.progress ? new CopyProgress(terminal, clock, bytes * targets.nodes.length) : null;
  const announce = retryNotice((sentences) => terminal.error(`${sentences}\n`), { outageMs });
  const total = targets.nodes.map((): TargetReport => ({ copied: 0, same: 0, bytes: 0, failures: [] }));
  const copyId = newId("copy", context.random);
  try {
    for (const { tree, source } of trees) {
      const onBytes = (count: number) => progress?.add(count);
      const reports = await copyTree(tree, {
        ...context,
        copyId,
        source,
        targets,
        outageMs,
        onBytes,
        onRetry: announce,
      });
      for (const [index, report] of reports.entries()) add(total[index], report);
    }
  } catch (error) {
    // If that fails, the nodes end the copy by themselves after a while.
    if (context.signal.aborted) {
      await context.afterwards((files) => giveUp(copyId, targets.nodes, files)).catch(() => undefined);
    }
    throw error;
  } finally {
    progress?.finish();
    await opened.close();
  }
  printReports(total, { terminal, json, nodes: targets.nodes });
  const tried = total.reduce((sum, { copied, same, failures }) => sum + copied + same + failures.length, 0);
  return exitCodeOf(total.flatMap(({ failures }) => failures.map(({ error }) => error)), { tried });
}

function add(total: TargetReport, { copied, same, bytes, failures }: TargetReport): void {
  total.copied += copied;
  total.same += same;
  total.bytes += bytes;
  total.failures.push(...failures);
}

/** Returns what is to be copied, by the host that it is on. Throws `file_not_found`. */
async function sourcesOf(places: readonly FilePlace[], context: FilesContext): Promise<NamedSource[]> {
  const { currentDirectory, clock, files } = context;
  const here = LocalFiles.named(currentDirectory, { clock });
  const named: FileEntry[] = [];
  for (const place of places) if (place.kind === "local") named.push(...await localEntries(place, here));
  const sources: NamedSource[] = named.length === 0 ? [] : [{ source: here, named }];
  for (const place of places) {
    if (place.kind !== "node") continue;
    const [node] = await nodesFor(place.targets, context);
    const source = nodeSource(node.nodeId, files);
    sources.push({ source, named: await entriesNamed(source, place.path) });
  }
  return sources;
}

async function localEntries({ path }: LocalPlace, here: LocalFiles): Promise<FileEntry[]> {
  const itself = await entryAt(here, path);
  if (itself !== null) return [itself];
  if (!isGlob(path)) throw new DmlError("file_not_found", `There is no ${path}.`);
  const { paths } = await expandGlob(path);
  if (paths.length === 0) throw new DmlError("file_not_found", `Nothing matches ${path}.`);
  const entries: FileEntry[] = [];
  for (const match of paths) {
    const entry = await entryAt(here, match);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

/** The targets of a copy, and where it goes there. */
interface OpenedDestination {
  readonly targets: FileTargets;
  readonly destination: Destination;
  readonly close: () => Promise<void>;
}

async function openDestination(
  place: FilePlace,
  context: FilesContext & { named: readonly FileEntry[] },
): Promise<OpenedDestination> {
  const isSeveral = context.named.length > 1;
  if (place.kind === "local") return await openHere(place, { ...context, isSeveral });
  const targets = nodeTargets(await nodesFor(place.targets, context), context.files);
  if (targets.nodes.length === 0) throw new DmlError("connection_lost", "No node is connected.");
  const isThere = await isDirectoryAt(place, targets);
  const takesDirectories = place.isDirectory || isSeveral;
  const destination = { path: place.path, takesFiles: takesDirectories || isThere, takesDirectories };
  return { targets, destination, close: () => Promise.resolve() };
}

/**
 * Returns true if the path is a directory at a target. Throws the refusal of a target if no other
 * takes files either.
 */
async function isDirectoryAt({ path }: NodePlace, targets: FileTargets): Promise<boolean> {
  const failures: DmlError[] = [];
  for (const index of targets.nodes.keys()) {
    try {
      const { entries } = await targets.list(index, { path, depth: "itself", after: null });
      if (entries.length > 0) return entries[0].kind === "directory";
    } catch (error) {
      failures.push(asDmlError(error));
    }
  }
  if (failures.length === targets.nodes.length) throw failures[0];
  return false;
}

/** Opens the directory here that files go into, and makes it if it is not there. */
async function openHere(
  { path }: LocalPlace,
  { currentDirectory, clock, isSeveral }: FilesContext & { isSeveral: boolean },
): Promise<OpenedDestination> {
  const absolute = resolve(currentDirectory, path);
  const isWritten = /(^|[\\/])\.{0,2}[\\/]?$/.test(path);
  const isThere = await isDirectoryHere(absolute);
  const takesDirectories = isWritten || isSeveral;
  const isRoot = takesDirectories || isThere;
  const root = isRoot ? absolute : dirname(absolute);
  try {
    await Deno.mkdir(root, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      throw new DmlError("output_directory_unusable", `${root} cannot be made: ${asDmlError(error).message}.`, {
        advice: "Choose a writable directory with enough room.",
      });
    }
  }
  const files = await LocalFiles.open(root, { clock });
  const close = async () => {
    files.close();
    await files.tidy();
  };
  if (isRoot) {
    return { targets: localTarget(files), destination: { path: "", takesFiles: true, takesDirectories }, close };
  }
  const destination = { path: basename(absolute), takesFiles: false, takesDirectories: false };
  return { targets: localTarget(files), destination, close };
}

async function isDirectoryHere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new DmlError("file_unreadable", `${path} cannot be looked at: ${asDmlError(error).message}.`);
  }
}
