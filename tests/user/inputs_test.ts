import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { findInputs, type Input, readInput, stemOf } from "../../user/inputs.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../assert.ts";
import { FileTree } from "./file_tree.ts";

const signal = new AbortController().signal;

function streamOf(...chunks: Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks);
}

/** `kind name`, the directory taken out; for what is missing also its code. */
function told(inputs: readonly Input[], directory: FileTree): string[] {
  return inputs.map((input) => {
    const code = input.kind === "missing" ? ` ${input.error.code}` : "";
    return `${input.kind} ${input.name.replace(`${directory.path}/`, "")}${code}`;
  });
}

Deno.test("findInputs() keeps the order given, and goes on behind what is missing", async () => {
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

Deno.test("findInputs() takes the pictures right inside a directory, numbers in their order, not its own output", async () => {
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

Deno.test("findInputs() expands a glob that the shell handed on", async () => {
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

Deno.test("findInputs() refuses a file over the limit by its size alone, naming both", async () => {
  using directory = new FileTree({ "huge.jpg": "" });
  const path = `${directory.path}/huge.jpg`;
  Deno.truncateSync(path, 100 * 1024 * 1024); // sparse: takes no space
  const [input] = await findInputs([path]);
  assert(input.kind === "missing");
  assertEquals(input.error.code, "image_too_large");
  assertEquals(input.error.message, `${path} has 100 MiB; a picture may have 64 MiB.`);
  Deno.truncateSync(path, LIMITS.imageBytesMax);
  assertEquals((await findInputs([path]))[0].kind, "file");
});

Deno.test("readInput() reads files and standard input whole", async () => {
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

Deno.test("readInput() says when a file went away, and when it was stopped", async () => {
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

Deno.test("stemOf() leaves the extension out, and keeps what only looks like one", () => {
  const table = [["a/b.jpg", "b"], ["b.tar.gz", "b.tar"], ["b", "b"], [".jpg", ".jpg"], ["stdin", "stdin"]];
  for (const [path, expected] of table) assertEquals(stemOf(path), expected);
});
