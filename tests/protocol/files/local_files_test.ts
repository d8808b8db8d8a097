import { join } from "node:path";
import { LocalFiles } from "../../../protocol/files/local_files.ts";
import { encodeParcel } from "../../../protocol/files/parcel.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { CopiedFile } from "../../../protocol/messages/files.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { FileTree } from "../../user/file_tree.ts";
import { ManualClock } from "../manual_clock.ts";

const COPY = `copy_${"0".repeat(20)}`;
const OTHER_COPY = `copy_${"1".repeat(20)}`;
const MODIFIED_MS = 1_600_000_000_000;

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function copied(path: string, text: string, more: Partial<CopiedFile> = {}): CopiedFile {
  const bytes = bytesOf(text);
  return { path, size: bytes.length, digest: digestOf(bytes), mode: 0o640, modifiedMs: MODIFIED_MS, ...more };
}

function open(tree: FileTree, clock = SYSTEM_CLOCK): Promise<LocalFiles> {
  return LocalFiles.open(tree.path, { clock });
}

/** Sends pieces of files by index. */
async function write(
  files: LocalFiles,
  pieces: readonly { file: number; offset: number; text: string }[],
  copyId = COPY,
) {
  const segments = pieces.map(({ file, offset, text }) => ({ file, offset, bytes: text.length }));
  const whole = bytesOf(pieces.map(({ text }) => text).join(""));
  return await files.write(await encodeParcel({ copyId, segments, faults: [] }, whole));
}

Deno.test("a file is verified, gets its mode and time, and replaces another one", async () => {
  using tree = new FileTree({ "deep/a.txt": "old" });
  const files = await open(tree);
  const plan = await files.plan({
    copyId: COPY,
    files: [copied("deep/a.txt", "fresh")],
    directories: ["deep", "new/er"],
  });
  assertEquals(plan.files, [{ isSame: false, receivedBytes: 0, fault: null }]);
  assertEquals(await write(files, [{ file: 0, offset: 0, text: "fre" }]), { faults: [] });
  assertEquals(await Deno.readTextFile(join(tree.path, "deep/a.txt")), "old");
  assertEquals(await write(files, [{ file: 0, offset: 3, text: "sh" }]), { faults: [] });
  assertEquals(await Deno.readTextFile(join(tree.path, "deep/a.txt")), "fresh");
  const { mode, mtime } = await Deno.stat(join(tree.path, "deep/a.txt"));
  assertEquals([(mode ?? 0) & 0o777, mtime?.getTime()], [0o640, MODIFIED_MS]);
  await files.finish({ copyId: COPY, directories: [{ path: "new/er", mode: 0o700, modifiedMs: MODIFIED_MS }] });
  const directory = await Deno.stat(join(tree.path, "new/er"));
  assertEquals([(directory.mode ?? 0) & 0o777, directory.mtime?.getTime()], [0o700, MODIFIED_MS]);
  await files.tidy();
  assertEquals(tree.names(), ["deep", "new"]);
});

Deno.test("a file with the same bytes is not wanted, and only gets its mode and time", async () => {
  using tree = new FileTree({ "a.txt": "same" });
  const files = await open(tree);
  const plan = await files.plan({ copyId: COPY, files: [copied("a.txt", "same")], directories: [] });
  assertEquals(plan.files, [{ isSame: true, receivedBytes: 4, fault: null }]);
  const { mode, mtime } = await Deno.stat(join(tree.path, "a.txt"));
  assertEquals([(mode ?? 0) & 0o777, mtime?.getTime()], [0o640, MODIFIED_MS]);
});

Deno.test("a copy that was interrupted goes on with what has arrived, also in another process", async () => {
  using tree = new FileTree({});
  const first = await open(tree);
  await first.plan({ copyId: COPY, files: [copied("a.txt", "0123456789")], directories: [] });
  await write(first, [{ file: 0, offset: 0, text: "01234" }]);
  first.close();
  const second = await open(tree);
  const plan = await second.plan({ copyId: OTHER_COPY, files: [copied("a.txt", "0123456789")], directories: [] });
  assertEquals(plan.files[0].receivedBytes, 5);
  // A piece that overlaps what is there, as another node may need it.
  await write(second, [{ file: 0, offset: 3, text: "3456789" }], OTHER_COPY);
  assertEquals(await Deno.readTextFile(join(tree.path, "a.txt")), "0123456789");
});

Deno.test("pieces of one file may arrive in any order, and twice", async () => {
  using tree = new FileTree({});
  const files = await open(tree);
  await files.plan({ copyId: COPY, files: [copied("a.txt", "0123456789"), copied("empty", "")], directories: [] });
  const late = write(files, [{ file: 0, offset: 5, text: "56789" }]);
  await write(files, [{ file: 0, offset: 0, text: "01234" }, { file: 1, offset: 0, text: "" }]);
  assertEquals(await late, { faults: [] });
  assertEquals(await write(files, [{ file: 0, offset: 5, text: "56789" }]), { faults: [] });
  assertEquals(await Deno.readTextFile(join(tree.path, "a.txt")), "0123456789");
  assertEquals((await Deno.stat(join(tree.path, "empty"))).size, 0);
});

Deno.test("bytes that are not those that were announced are thrown away", async () => {
  using tree = new FileTree({ "a.txt": "old" });
  const files = await open(tree);
  const wrong = copied("a.txt", "right");
  await files.plan({ copyId: COPY, files: [wrong], directories: [] });
  const { faults } = await write(files, [{ file: 0, offset: 0, text: "wrong" }]);
  assertEquals(faults.map(({ file, code }) => ({ file, code })), [{ file: 0, code: "blob_corrupt" }]);
  assertEquals(await Deno.readTextFile(join(tree.path, "a.txt")), "old");
  assertEquals(tree.names(".dml-parts"), []);
  const plan = await files.plan({ copyId: COPY, files: [wrong], directories: [] });
  assertEquals(plan.files[0].receivedBytes, 0);
});

Deno.test("a second copy to the same path is refused while the first goes on, and takes over when that rests", async () => {
  using tree = new FileTree({});
  const clock = new ManualClock();
  const files = await open(tree, clock);
  await files.plan({ copyId: COPY, files: [copied("a.txt", "first")], directories: [] });
  const other = { copyId: OTHER_COPY, files: [copied("a.txt", "second")], directories: [] };
  assertEquals((await files.plan(other)).files[0].fault?.code, "file_busy");
  clock.advance(LIMITS.fileTurnMs);
  assertEquals((await files.plan(other)).files[0].fault, null);
  const lost = await assertRejects(() => write(files, [{ file: 0, offset: 0, text: "first" }]));
  assertStringIncludes(String(lost), "not known");
  await write(files, [{ file: 0, offset: 0, text: "second" }], OTHER_COPY);
  assertEquals(await Deno.readTextFile(join(tree.path, "a.txt")), "second");
});

Deno.test("no file replaces a directory or a link, and none goes through a file", async () => {
  using tree = new FileTree({ "file": "f", "directory/a": "a" });
  await Deno.symlink("file", join(tree.path, "link"));
  const files = await open(tree);
  const plan = await files.plan({
    copyId: COPY,
    files: ["directory", "link", "file/below"].map((path) => copied(path, "x")),
    directories: [],
  });
  assertEquals(plan.files.map(({ fault }) => fault?.code), ["path_refused", "path_refused", "file_unreadable"]);
  await assertRejects(() => files.plan({ copyId: COPY, files: [], directories: ["file/below"] }));
});

Deno.test("a link out of the directory is refused for reading, writing, listing and removing", async () => {
  using outside = new FileTree({ "secret": "s", "deep/x": "x" });
  using tree = new FileTree({ "a": "a" });
  await Deno.symlink(outside.path, join(tree.path, "out"));
  await Deno.symlink(join(outside.path, "secret"), join(tree.path, "secret"));
  await Deno.symlink("a", join(tree.path, "inside"));
  const files = await open(tree);
  const code = async (work: Promise<unknown>) => (await assertRejects(() => work) as { code?: string }).code;
  assertEquals(await code(files.list({ path: "out", depth: "children", after: null })), "path_refused");
  assertEquals(await code(files.list({ path: "out/deep", depth: "all", after: null })), "path_refused");
  assertEquals(await code(files.remove({ path: "out/secret", isRecursive: false })), "path_refused");
  assertEquals(await code(files.plan({ copyId: COPY, files: [], directories: ["out/new"] })), "path_refused");
  const digests: (Digest | null)[] = await files.digests(["secret", "out/secret", "inside", "nothing"]);
  assertEquals(digests, [null, null, digestOf(bytesOf("a")), null]);
  const plan = await files.plan({ copyId: COPY, files: [copied("out/new", "x")], directories: [] });
  assertEquals(plan.files[0].fault?.code, "path_refused");
  await files.remove({ path: "out", isRecursive: true });
  assertEquals(outside.names(), ["deep", "secret"]);
  await Deno.symlink(outside.path, join(tree.path, ".dml-parts"));
  await files.plan({ copyId: OTHER_COPY, files: [copied("b", "b")], directories: [] });
  const { faults } = await write(files, [{ file: 0, offset: 0, text: "b" }], OTHER_COPY);
  assertEquals(faults[0].code, "path_refused");
  assertEquals(outside.names(), ["deep", "secret"]);
});

Deno.test("a directory that becomes a link out of it between plan and write takes no file", async () => {
  using outside = new FileTree({ "x": "x" });
  using tree = new FileTree({ "deep/a": "a" });
  const files = await open(tree);
  await files.plan({ copyId: COPY, files: [copied("deep/b", "b")], directories: [] });
  await Deno.rename(join(tree.path, "deep"), join(tree.path, "moved"));
  await Deno.symlink(outside.path, join(tree.path, "deep"));
  const { faults } = await write(files, [{ file: 0, offset: 0, text: "b" }]);
  assertEquals(faults[0].code, "path_refused");
  assertEquals(outside.names(), ["x"]);
});

Deno.test("list() pages through everything in order, without links, the parts and what is hidden from nobody", async () => {
  const names = Array.from(
    { length: LIMITS.fileListPageMax + 10 },
    (_, index) => `many/${String(index).padStart(5, "0")}`,
  );
  using tree = new FileTree({
    "b.txt": "b",
    "a/x": "x",
    "a-b": "",
    ".hidden": "h",
    ...Object.fromEntries(names.map((name) => [name, ""])),
  });
  await Deno.mkdir(join(tree.path, ".dml-parts"));
  await Deno.symlink("many", join(tree.path, "link"));
  const files = await open(tree);
  const paths: string[] = [];
  let pages = 0;
  for (let after: string | null = null;; pages++) {
    const page = await files.list({ path: "", depth: "all", after });
    paths.push(...page.entries.map(({ path }) => path));
    if (page.isComplete) break;
    after = paths[paths.length - 1];
  }
  assertEquals(pages, 1);
  assertEquals(paths, [".hidden", "a", "a/x", "a-b", "b.txt", "link", "many", ...names]);
  const { entries } = await files.list({ path: "", depth: "children", after: null });
  assertEquals(entries.map(({ path, kind }) => `${path} ${kind}`), [
    ".hidden file",
    "a directory",
    "a-b file",
    "b.txt file",
    "link link",
    "many directory",
  ]);
  assertEquals((await files.list({ path: "nothing", depth: "itself", after: null })).entries, []);
});

Deno.test("read() says which file has changed since it was listed, and reads the others", async () => {
  using tree = new FileTree({ "a": "aaaa", "b": "bbbb" });
  const files = await open(tree);
  const { entries } = await files.list({ path: "", depth: "children", after: null });
  await Deno.writeTextFile(join(tree.path, "a"), "longer than before");
  const parcel = await files.read({
    copyId: COPY,
    files: entries.map(({ path, size, modifiedMs }) => ({ path, size, modifiedMs })),
    segments: [{ file: 0, offset: 0, bytes: 4 }, { file: 1, offset: 0, bytes: 4 }],
  });
  using target = new FileTree({});
  const taking = await open(target);
  await taking.plan({ copyId: COPY, files: [copied("a", "aaaa"), copied("b", "bbbb")], directories: [] });
  assertEquals(await taking.write(parcel), { faults: [] });
  assertEquals(target.names(), [".dml-parts", "b"]);
});

Deno.test("remove() takes away a file, an empty directory, and more only if that is asked for", async () => {
  using tree = new FileTree({ "a/b/c": "c", "a/d": "d", "e": "e" });
  await Deno.mkdir(join(tree.path, "empty"));
  const files = await open(tree);
  assertEquals(await files.remove({ path: "e", isRecursive: false }), { files: 1, directories: 0 });
  assertEquals(await files.remove({ path: "empty", isRecursive: false }), { files: 0, directories: 1 });
  await assertRejects(() => files.remove({ path: "a", isRecursive: false }), Error, "--recursive");
  await assertRejects(() => files.remove({ path: "", isRecursive: true }), Error, "cannot be removed");
  await assertRejects(() => files.remove({ path: "nothing", isRecursive: true }), Error, "There is no nothing");
  assertEquals(await files.remove({ path: "a", isRecursive: true }), { files: 2, directories: 2 });
  assertEquals(tree.names(), []);
});

Deno.test("LocalFiles.open() removes parts that nobody has continued for a week, and no others", async () => {
  using tree = new FileTree({ ".dml-parts/old": "o", ".dml-parts/young": "y" });
  const old = new Date(SYSTEM_CLOCK.wallMs() - LIMITS.filePartKeptMs - 60_000);
  await Deno.utime(join(tree.path, ".dml-parts/old"), old, old);
  await open(tree);
  assertEquals(tree.names(".dml-parts"), ["young"]);
  await assertRejects(() => LocalFiles.open(join(tree.path, "nothing"), { clock: SYSTEM_CLOCK }), Error, "There is no");
});

Deno.test("a file for which no space is left is refused with disk_full, and leaves nothing", async () => {
  using tree = new FileTree({});
  const files = await open(tree);
  await files.plan({ copyId: COPY, files: [copied("a", "aaaa")], directories: [] });
  const written = Deno.FsFile.prototype.write;
  Deno.FsFile.prototype.write = () => Promise.reject(Object.assign(new Error("No space left"), { code: "ENOSPC" }));
  try {
    const { faults } = await write(files, [{ file: 0, offset: 0, text: "aaaa" }]);
    assertEquals(faults[0].code, "disk_full");
    assert(faults[0].reason.includes("a"));
  } finally {
    Deno.FsFile.prototype.write = written;
  }
  assertEquals(tree.names(".dml-parts"), []);
});
