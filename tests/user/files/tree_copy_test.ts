import { join } from "node:path";
import { LocalFiles } from "../../../protocol/files/local_files.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { FileSource } from "../../../protocol/ports/file_store.ts";
import { copiedTree } from "../../../user/files/copied_tree.ts";
import { type FileTargets, localTarget } from "../../../user/files/file_targets.ts";
import { copyTree } from "../../../user/files/tree_copy.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { FileTree } from "../file_tree.ts";

const INTO = { path: "", takesFiles: true, takesDirectories: true };

function open(tree: FileTree): Promise<LocalFiles> {
  return LocalFiles.open(tree.path, { clock: SYSTEM_CLOCK });
}

/** Joins directories to the targets of one copy. */
function targetsOf(files: readonly LocalFiles[], change: Partial<FileTargets> = {}): FileTargets {
  const each = files.map(localTarget);
  return {
    nodes: files.map((_, index) => ({ nodeId: `node_${index}`, name: `n${index}` })),
    list: (index, request) => each[index].list(0, request),
    plan: (index, request) => each[index].plan(0, request),
    write: async (indexes, parcel) =>
      (await Promise.all(indexes.map((index) => each[index].write([0], parcel)))).flat(),
    finish: (index, request) => each[index].finish(0, request),
    ...change,
  };
}

async function copy(
  names: readonly string[],
  { source, targets, outageMs = 60_000, signal = new AbortController().signal }: {
    source: FileSource;
    targets: FileTargets;
    outageMs?: number;
    signal?: AbortSignal;
  },
) {
  const entries = (await source.list({ path: "", depth: "children", after: null })).entries;
  const tree = await copiedTree(source, entries.filter(({ path }) => names.includes(path)), INTO);
  let bytes = 0;
  const waits: string[] = [];
  const reports = await copyTree(tree, {
    copyId: `copy_${"0".repeat(20)}`,
    source,
    targets,
    outageMs,
    signal,
    clock: SYSTEM_CLOCK,
    random: seededRandom(1),
    onBytes: (count) => bytes += count,
    onRetry: ({ code }) => waits.push(code),
  });
  return { reports, bytes, waits };
}

Deno.test("copyTree() brings every file to every target, and only what each one lacks", async () => {
  const large = "x".repeat(LIMITS.filePieceBytes + 1_000);
  using from = new FileTree({ "d/a": "a", "d/e/large": large, "empty": "" });
  using one = new FileTree({});
  using other = new FileTree({ "d/a": "a", "empty": "full" });
  const targets = targetsOf([await open(one), await open(other)]);
  const { reports, bytes } = await copy(["d", "empty"], { source: await open(from), targets });
  const size = large.length + 1;
  assertEquals(reports.map(({ copied, same, bytes, failures }) => [copied, same, bytes, failures.length]), [
    [3, 0, size, 0],
    [2, 1, size - 1, 0],
  ]);
  assertEquals(bytes, 2 * size);
  for (const tree of [one, other]) {
    assertEquals(Deno.readTextFileSync(join(tree.path, "d/e/large")), large);
    assertEquals(Deno.readTextFileSync(join(tree.path, "empty")), "");
    assertEquals(Deno.statSync(join(tree.path, "d")).mtime, Deno.statSync(join(from.path, "d")).mtime);
  }
});

Deno.test("copyTree() waits for a target that goes away, and goes on with what it has", async () => {
  using from = new FileTree({ "a": "y".repeat(8 * LIMITS.filePieceBytes) });
  using one = new FileTree({});
  using other = new FileTree({});
  const stores = [await open(one), await open(other)];
  const plain = targetsOf(stores);
  let writes = 0;
  const received: number[] = [];
  const targets = targetsOf(stores, {
    plan: async (index, request) => {
      const answer = await plain.plan(index, request);
      if (index === 1) received.push(answer.files[0].receivedBytes);
      return answer;
    },
    write: async (indexes, parcel) => {
      const written = await plain.write(indexes, parcel);
      // The second target goes away once it has two pieces.
      if (++writes === 2) stores[1].close();
      const isGone = writes === 2;
      return written.map((outcome, position) =>
        isGone && indexes[position] === 1
          ? { error: new DmlError("connection_lost", "The node went away."), faults: [] }
          : outcome
      );
    },
  });
  const { reports, waits } = await copy(["a"], { source: await open(from), targets });
  assertEquals(reports.map(({ copied, failures }) => [copied, failures]), [[1, []], [1, []]]);
  assertEquals(waits, ["connection_lost"]);
  assert(received[0] === 0 && received[1] > 0, `it began again: ${received}`);
  assertEquals(Deno.readTextFileSync(join(other.path, "a")), Deno.readTextFileSync(join(from.path, "a")));
});

Deno.test("copyTree() gives up a target that stays away or refuses, and says so for each file", async () => {
  using from = new FileTree({ "a": "a", "b": "b" });
  using one = new FileTree({});
  for (const code of ["connection_lost", "files_refused"] as const) {
    const plan = () => Promise.reject(new DmlError(code, "No."));
    const targets = targetsOf([await open(one)], { plan });
    const { reports } = await copy(["a", "b"], { source: await open(from), targets, outageMs: 0 });
    assertEquals(reports[0].failures.map(({ path, error }) => [path, error.code]), [["a", code], ["b", code]]);
  }
});

Deno.test("copyTree() copies the others if one file has changed, cannot be read, or has no name there", async () => {
  using from = new FileTree({ "a": "a", "b": "b", "c\u202e": "c", "d": "d" });
  using one = new FileTree({ "d/x": "a directory" });
  const source = await open(from);
  const changing: FileSource = {
    list: (request) => source.list(request),
    read: (request) => source.read(request),
    digests: async (paths) => {
      const digests = await source.digests(paths);
      Deno.writeTextFileSync(join(from.path, "a"), "changed");
      return digests;
    },
  };
  const { reports } = await copy(["a", "b", "c\u202e", "d"], {
    source: changing,
    targets: targetsOf([await open(one)]),
  });
  assertEquals(reports[0].failures.map(({ path, error }) => [path, error.code]).sort(), [
    ["a", "file_changed"],
    ["c\u202e", "path_refused"],
    ["d", "path_refused"],
  ]);
  assertEquals(reports[0].copied, 1);
  assertEquals(one.names().filter((name) => name !== ".dml-parts"), ["b", "d"]);
});

Deno.test("copyTree() stops when it is interrupted", async () => {
  using from = new FileTree({ "a": "a" });
  using one = new FileTree({});
  const stop = new AbortController();
  const targets = targetsOf([await open(one)], {
    plan: () => {
      stop.abort();
      return Promise.reject(new DmlError("connection_lost", "The node went away."));
    },
  });
  const copying = copy(["a"], { source: await open(from), targets, signal: stop.signal });
  assertEquals((await assertRejects(() => copying, DmlError)).code, "interrupted");
});
