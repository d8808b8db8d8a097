import { join, relative, resolve } from "node:path";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { findInputs, type Input, readInput, stemOf } from "../../../user/pictures/inputs.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { FileTree } from "../file_tree.ts";

const signal = new AbortController().signal;

function streamOf(...chunks: Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks);
}

/**
 * Returns `kind name` of each input, without the path of the directory, and with the error code if
 * the file is missing.
 */
function told(inputs: readonly Input[], directory: FileTree): string[] {
  return inputs.map((input) => {
    const code = input.kind === "missing" ? ` ${input.error.code}` : "";
    return `${input.kind} ${input.name.replace(`${directory.path}/`, "")}${code}`;
  });
}

Deno.test("findInputs() keeps the given order, and goes on after a missing file", async () => {
  using directory = new FileTree({ "b.jpg": "b", "a.txt": "a", "empty.jpg": "" });
  const given = ["b.jpg", "none.jpg", "empty.jpg", "a.txt"].map((name) => `${directory.path}/${name}`);
  assertEquals(told(await findInputs([...given, "-"]), directory), [
    "file b.jpg",
    "missing none.jpg file_not_found",
    "missing empty.jpg image_empty",
    "file a.txt",
    "stdin stdin",
  ]);
});

Deno.test("findInputs() takes the pictures directly inside a directory, numbers in numeric order, without its own output", async () => {
  using directory = new FileTree({
    "photos/img10.jpg": "x",
    "photos/img9.JPEG": "x",
    "photos/b.annotated.jpg": "x",
    "photos/.hidden.jpg": "x",
    "photos/notes.txt": "x",
    "photos/c.webp": "x",
    "photos/deep/d.jpg": "x",
  });
  assertEquals(told(await findInputs([`${directory.path}/photos`]), directory), [
    "file photos/c.webp",
    "file photos/img9.JPEG",
    "file photos/img10.jpg",
  ]);
});

Deno.test("findInputs() names a directory without pictures", async () => {
  using directory = new FileTree({ "bare/notes.txt": "x" });
  const [input, ...more] = await findInputs([`${directory.path}/bare`]);
  assert(input.kind === "missing" && more.length === 0);
  assertEquals(input.error.code, "no_images");
  assertStringIncludes(input.error.message, `${directory.path}/bare`);
});

Deno.test("findInputs() expands a glob that the shell did not expand", async () => {
  using directory = new FileTree({
    "2023/a.jpg": "x",
    "2024/b.jpg": "x",
    "2024/c.png": "x",
    "2024/.d.jpg": "x",
    "odd[1].jpg": "x",
  });
  const found = async (pattern: string) => told(await findInputs([`${directory.path}/${pattern}`]), directory);
  assertEquals(await found("20*/*.jpg"), ["file 2023/a.jpg", "file 2024/b.jpg"]);
  assertEquals(await found("2024/?.{jpg,png}"), ["file 2024/b.jpg", "file 2024/c.png"]);
  assertEquals(await found("*/a.jpg"), ["file 2023/a.jpg"]);
  assertEquals(await found("odd[1].jpg"), ["file odd[1].jpg"]);
  assertEquals(await found("*.tiff"), ["missing *.tiff file_not_found"]);
  assertEquals(await found("none/*.jpg"), ["missing none/*.jpg file_not_found"]);
});

Deno.test("findInputs() does not match its own output by a glob, unless the glob names it", async () => {
  using directory = new FileTree({
    "photos/a.jpg": "x",
    "photos/a.annotated.jpg": "x",
    "photos/a-2.ANNOTATED.JPG": "x",
    "photos/annotated.jpg": "x",
    "marked/b.annotated.jpg": "x",
    "annotated/c.annotated.jpg": "x",
  });
  const found = async (pattern: string) => told(await findInputs([`${directory.path}/${pattern}`]), directory);
  assertEquals(await found("photos/*.jpg"), ["file photos/a.jpg", "file photos/annotated.jpg"]);
  assertEquals(await found("**/*.{jpg,JPG}"), ["file photos/a.jpg", "file photos/annotated.jpg"]);
  assertEquals(await found("photos/*.annotated.jpg"), ["file photos/a.annotated.jpg"]);
  assertEquals(await found("photos/*{annotated,raw}.jpg"), [
    "file photos/a.annotated.jpg",
    "file photos/annotated.jpg",
  ]);
  const [own] = await findInputs([`${directory.path}/marked/*`]);
  assert(own.kind === "missing");
  assertEquals(own.error.code, "no_images");
  assertStringIncludes(own.error.message, "only annotated pictures");
  assertEquals(await found("annotated/*"), ["missing annotated/* no_images"]);
});

Deno.test("findInputs() reads no directory above the fixed part of a glob, for which it has no permission", async () => {
  using directory = new FileTree({ "photos/a.jpg": "x", "photos/2024/b.jpg": "x", "other/c.jpg": "x" });
  const { path } = directory;
  const fromHere = relative(Deno.cwd(), path);
  const cases = [
    [`${path}/photos/*.jpg`, ["a.jpg"]],
    [`${path}/photos/**/*.jpg`, ["2024/b.jpg", "a.jpg"]],
    [`${path}/other/../photos/*.jpg`, ["a.jpg"]],
    [`${fromHere}/photos/*.jpg`, ["a.jpg"]],
    [`./${fromHere}/photos/{a,b}.jpg`, ["a.jpg"]],
  ] as const;
  for (const [pattern, names] of cases) {
    const read: string[] = [];
    const readDirectory = (directory: string) => {
      read.push(resolve(directory));
      return Deno.readDir(directory);
    };
    const inputs = await findInputs([pattern], { readDirectory });
    assertEquals(inputs.map(({ name }) => resolve(name)), names.map((name) => join(path, "photos", name)), pattern);
    assertEquals(read.filter((directory) => !directory.startsWith(join(path, "photos"))), [], pattern);
  }
});

Deno.test("findInputs() matches ** at any depth, each file once, without links and hidden directories", async () => {
  using directory = new FileTree({
    "a.jpg": "x",
    "2024/b.jpg": "x",
    "2024/may/deep/c.jpg": "x",
    "2024/may/notes.txt": "x",
    "2024/.trash/d.jpg": "x",
  });
  Deno.symlinkSync(directory.path, `${directory.path}/2024/loop`);
  const found = async (pattern: string) => told(await findInputs([`${directory.path}/${pattern}`]), directory);
  const all = ["file 2024/b.jpg", "file 2024/may/deep/c.jpg", "file a.jpg"];
  assertEquals(await found("**/*.jpg"), all);
  assertEquals(await found("**/**/*.jpg"), all);
  assertEquals(await found("2024/**/c.jpg"), ["file 2024/may/deep/c.jpg"]);
  assertEquals(await found("**/may/**/*.jpg"), ["file 2024/may/deep/c.jpg"]);
  assertEquals(await found("**/*.png"), ["missing **/*.png file_not_found"]);
  assertEquals(await found("a**.jpg"), ["file a.jpg"]);
});

Deno.test("findInputs() refuses a ** that matches too many directories, and names it", async () => {
  using directory = new FileTree({ "a/b/c.jpg": "x", "d/e.jpg": "x" });
  const pattern = `${directory.path}/**/*.jpg`;
  const [input, ...more] = await findInputs([pattern], { directoriesMax: 3 });
  assert(input.kind === "missing" && more.length === 0);
  assertEquals([input.name, input.error.code], [pattern, "usage"]);
  assertStringIncludes(input.error.message, "more than 3 directories");
});

Deno.test("findInputs() goes on after an unreadable directory of a glob, and names it", async () => {
  using directory = new FileTree({ "a/x.jpg": "x", "b/y.jpg": "x" });
  const readDirectory = (path: string) => {
    if (path.endsWith("/a")) throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
    return Deno.readDir(path);
  };
  for (const pattern of ["*/*.jpg", "**/*.jpg"]) {
    const inputs = await findInputs([`${directory.path}/${pattern}`], { readDirectory });
    assertEquals(told(inputs, directory), ["missing a file_unreadable", "file b/y.jpg"]);
  }
});

Deno.test("findInputs() reports an empty name", async () => {
  const [input] = await findInputs([""]);
  assert(input.kind === "missing");
  assertEquals([input.error.code, input.error.message], ["file_not_found", 'There is no file "": the name is empty.']);
});

Deno.test("findInputs() refuses a file over the limit by its size alone, naming both", async () => {
  using directory = new FileTree({ "huge.jpg": "" });
  const path = `${directory.path}/huge.jpg`;
  Deno.truncateSync(path, 100 * 1024 * 1024); // a sparse file takes no space
  const [input] = await findInputs([path]);
  assert(input.kind === "missing");
  assertEquals(input.error.code, "image_too_large");
  assertEquals(input.error.message, `${path} has 100 MiB; a picture may have 64 MiB.`);
  Deno.truncateSync(path, LIMITS.imageBytesMax + 1);
  const [barely] = await findInputs([path]);
  assert(barely.kind === "missing");
  assertEquals(barely.error.message, `${path} has 67,108,865 bytes; a picture may have 67,108,864 bytes.`);
  Deno.truncateSync(path, LIMITS.imageBytesMax);
  assertEquals((await findInputs([path]))[0].kind, "file");
});

Deno.test("readInput() reads files and standard input completely", async () => {
  using directory = new FileTree({ "a.jpg": "abc" });
  const [file] = await findInputs([`${directory.path}/a.jpg`]);
  assert(file.kind === "file");
  const stdin = streamOf(new Uint8Array([1, 2]), new Uint8Array([3]));
  assertEquals(await readInput(file, { stdin, signal }), new TextEncoder().encode("abc"));
  const fromStdin = await readInput({ kind: "stdin", name: "stdin" }, { stdin, signal });
  assertEquals(fromStdin, new Uint8Array([1, 2, 3]));
});

Deno.test("readInput() refuses empty and endless standard input by name", async () => {
  const stdinOf = (stdin: ReadableStream<Uint8Array<ArrayBuffer>>) =>
    assertRejects(() => readInput({ kind: "stdin", name: "stdin" }, { stdin, signal }), DmlError);
  const empty = await stdinOf(streamOf());
  assertEquals([empty.code, empty.message], ["image_empty", "stdin is empty."]);
  const chunk = new Uint8Array(1024 * 1024);
  let chunks = 0;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      chunks++;
      controller.enqueue(chunk);
    },
  });
  const tooMuch = await stdinOf(endless);
  assertEquals(tooMuch.code, "image_too_large");
  assertStringIncludes(tooMuch.message, "stdin is larger than 64 MiB");
  assert(chunks < 70, `${chunks} MiB were read`);
});

Deno.test("readInput() reports a file that was deleted meanwhile, and an abort", async () => {
  using directory = new FileTree({ "a.jpg": "abc" });
  const [file] = await findInputs([`${directory.path}/a.jpg`]);
  assert(file.kind === "file");
  const stdin = streamOf();
  const stopped = await assertRejects(
    () => readInput(file, { stdin, signal: AbortSignal.abort() }),
    DmlError,
  );
  assertEquals(stopped.code, "interrupted");
  Deno.removeSync(file.path);
  const gone = await assertRejects(() => readInput(file, { stdin, signal }), DmlError);
  assertEquals(gone.code, "file_not_found");
});

Deno.test({
  name: "readInput() stops while it waits for a writer of a pipe",
  ignore: Deno.build.os === "windows",
  async fn() {
    using directory = new FileTree({});
    const path = `${directory.path}/pipe`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const [pipe] = await findInputs([path]);
    assert(pipe.kind === "stream");
    const stop = new AbortController();
    const reading = readInput(pipe, { stdin: streamOf(), signal: stop.signal });
    stop.abort();
    assertEquals((await assertRejects(() => reading, DmlError)).code, "interrupted");
    // Opening the writing end lets the pending open of the reading end finish, and both are closed.
    const writer = await Deno.open(path, { write: true });
    writer.close();
  },
});

Deno.test("stemOf() removes the extension, and keeps what only looks like one", () => {
  const table = [["a/b.jpg", "b"], ["b.tar.gz", "b.tar"], ["b", "b"], [".jpg", ".jpg"], ["stdin", "stdin"]];
  for (const [path, expected] of table) assertEquals(stemOf(path), expected);
});
