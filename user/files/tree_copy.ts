import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { faultOfPath, splitPath } from "../../protocol/messages/file_path.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { FileSource } from "../../protocol/ports/file_store.ts";
import { type BatchContext, BatchCopy, type BatchFile } from "./batch_copy.ts";
import { type CopiedEntry, type CopiedTree, parentsOf } from "./copied_tree.ts";

/** Outcome of a copy at one target. */
export interface TargetReport {
  copied: number;
  same: number;
  /** Bytes of the files that were copied. */
  bytes: number;
  readonly failures: { readonly path: string; readonly error: DmlError }[];
}

export interface TreeContext extends BatchContext {
  readonly source: FileSource;
  readonly copyId: string;
}

/** Copies a tree to all targets, batch by batch, and returns what became of it at each. */
export async function copyTree(tree: CopiedTree, context: TreeContext): Promise<TargetReport[]> {
  const { targets, source, copyId } = context;
  const reports = targets.nodes.map((): TargetReport => ({ copied: 0, same: 0, bytes: 0, failures: [] }));
  const fail = (path: string, error: DmlError) => reports.forEach(({ failures }) => failures.push({ path, error }));
  const sound = (entries: readonly CopiedEntry[]) =>
    entries.filter(({ to }) => {
      const fault = to === "" ? "it has no name" : faultOfPath(to);
      if (fault !== null) {
        fail(to, new DmlError("path_refused", `${JSON.stringify(to)} is no path on a node: ${fault}.`));
      }
      return fault === null;
    });
  const [files, directories] = [sound(tree.files), sound(tree.directories)];
  const made = directories.map(({ to }) => to).sort(byLength);
  const known = new Set(made);
  for (const some of files.length === 0 ? [[]] : chunks(files)) {
    const batch = await describe(some, source, fail);
    // The first batch brings the directories of the tree along, each one those that are not in it.
    const needed = [...made.splice(0), ...parentsOf(some).filter((path) => !known.has(path))];
    const [last = [], ...others] = [...chunks(needed)].reverse();
    for (const directories of others.reverse()) await copyBatch({ copyId, files: [], directories }, context, reports);
    await copyBatch({ copyId, files: batch, directories: last }, context, reports);
  }
  await finishDirectories(directories, context, reports);
  return reports;
}

/** Returns the files with their digests; `fail` is told those that cannot be read. */
async function describe(
  files: readonly CopiedEntry[],
  source: FileSource,
  fail: (path: string, error: DmlError) => void,
): Promise<BatchFile[]> {
  const digests = files.length === 0 ? [] : await source.digests(files.map(({ entry }) => entry.path));
  return files.flatMap(({ entry: { path, size, mode, modifiedMs }, to }, index) => {
    const digest = digests[index];
    if (digest !== null) return [{ from: path, copied: { path: to, size, digest, mode, modifiedMs } }];
    fail(path, new DmlError("file_unreadable", `${path} cannot be read.`));
    return [];
  });
}

async function copyBatch(
  batch: { copyId: string; files: readonly BatchFile[]; directories: readonly string[] },
  context: TreeContext,
  reports: readonly TargetReport[],
): Promise<void> {
  const outcomes = await new BatchCopy(context, batch).run();
  for (const [index, report] of reports.entries()) {
    const { files, error } = outcomes[index];
    if (error !== null && files.length === 0) report.failures.push({ path: batch.directories[0] ?? "", error });
    for (const [file, outcome] of files.entries()) {
      const { copied: { path, size } } = batch.files[file];
      if (outcome.how === "failed") report.failures.push({ path, error: outcome.error });
      else if (outcome.how === "same") report.same++;
      else {
        report.copied++;
        report.bytes += size;
      }
    }
  }
}

/** Gives directories their mode and time, those further down first: what is written changes them. */
async function finishDirectories(
  directories: readonly CopiedEntry[],
  { copyId, targets }: TreeContext,
  reports: readonly TargetReport[],
): Promise<void> {
  const deepest = directories.map(({ entry: { mode, modifiedMs }, to: path }) => ({ path, mode, modifiedMs }))
    .sort((one, other) => byLength(other.path, one.path));
  for (const some of chunks(deepest)) {
    await Promise.all(targets.nodes.map(async (_, index) => {
      const { copied, same, failures } = reports[index];
      if (copied + same === 0 && failures.length > 0) return;
      try {
        await targets.finish(index, { copyId, directories: [...some] });
      } catch (error) {
        const known = asDmlError(error);
        if (known.code === "interrupted") throw known;
        reports[index].failures.push({ path: splitPath(some[0].path).parent || some[0].path, error: known });
      }
    }));
  }
}

function byLength(one: string, other: string): number {
  return one.length - other.length;
}

function* chunks<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += LIMITS.fileBatchFilesMax) {
    yield items.slice(start, start + LIMITS.fileBatchFilesMax);
  }
}
