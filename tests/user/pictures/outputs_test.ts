import { DmlError } from "../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { findInputs } from "../../../user/pictures/inputs.ts";
import { planOutputs, writeOutput } from "../../../user/pictures/outputs.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { FileTree } from "../file_tree.ts";

Deno.test("planOutputs() gives every input a path of its own, ignoring case, and never that of an input", async () => {
  using directory = new FileTree({
    "one/a.jpg": "x",
    "two/a.png": "x",
    "two/A.gif": "x",
    "a-2.jpg": "x",
    "b.jpg": "x",
    "b.annotated.jpg": "x",
    "b.annotated.annotated.jpg": "old output",
  });
  const { path } = directory;
  const given = ["one/a.jpg", "two/a.png", "two/A.gif", "a-2.jpg", "b.jpg", "b.annotated.jpg"];
  const inputs = await findInputs([...given.map((name) => `${path}/${name}`), "-"]);
  assertEquals((await planOutputs(inputs, path)).map((output) => output.replace(`${path}/`, "")), [
    "a.annotated.jpg",
    "a-2.annotated.jpg",
    "A-3.annotated.jpg",
    "a-2-2.annotated.jpg",
    "b-2.annotated.jpg",
    "b.annotated.annotated.jpg",
    "stdin.annotated.jpg",
  ]);
});

Deno.test("planOutputs() recognises an input through a link to its directory", async () => {
  using directory = new FileTree({ "real/a.jpg": "x", "real/a.annotated.jpg": "x" });
  Deno.symlinkSync(`${directory.path}/real`, `${directory.path}/link`);
  const inputs = await findInputs(["a.jpg", "a.annotated.jpg"].map((name) => `${directory.path}/real/${name}`));
  const [output] = await planOutputs(inputs, `${directory.path}/link`);
  assertEquals(output, `${directory.path}/link/a-2.annotated.jpg`);
});

Deno.test("planOutputs() creates the directory, and reports if it cannot", async () => {
  using directory = new FileTree({ "file": "x" });
  await planOutputs([], `${directory.path}/new/deep`);
  assertEquals(directory.names("new"), ["deep"]);
  const error = await assertRejects(() => planOutputs([], `${directory.path}/file`), DmlError);
  assertEquals(error.code, "output_directory_unusable");
  assertStringIncludes(error.message, `${directory.path}/file`);
});

Deno.test("planOutputs() shortens names to the limit of file systems, between two characters", async () => {
  const names = [`${"a".repeat(215)}.jpg`, `${"é".repeat(125)}.jpg`, `${"é".repeat(125)}.gif`];
  using directory = new FileTree(Object.fromEntries(names.map((name) => [name, "x"])));
  const inputs = await findInputs(names.map((name) => `${directory.path}/${name}`));
  assertEquals((await planOutputs(inputs, directory.path)).map((output) => output.replace(`${directory.path}/`, "")), [
    `${"a".repeat(215)}.annotated.jpg`,
    `${"é".repeat(120)}.annotated.jpg`,
    `${"é".repeat(119)}-2.annotated.jpg`,
  ]);
});

Deno.test("writeOutput() replaces the file atomically and leaves nothing else", async () => {
  using directory = new FileTree({ "a.annotated.jpg": "old and longer" });
  const random = seededRandom(1);
  await writeOutput(`${directory.path}/a.annotated.jpg`, new TextEncoder().encode("new"), { random });
  assertEquals(directory.names(), ["a.annotated.jpg"]);
  assertEquals(Deno.readTextFileSync(`${directory.path}/a.annotated.jpg`), "new");
});

Deno.test("writeOutput() needs a temporary name no longer than the name itself", async () => {
  using directory = new FileTree({});
  const name = `${"a".repeat(241)}.annotated.jpg`;
  await writeOutput(`${directory.path}/${name}`, new Uint8Array([1]), { random: seededRandom(1) });
  assertEquals(directory.names(), [name]);
});

Deno.test("writeOutput() distinguishes an existing name from an unusable directory, and leaves nothing behind", async () => {
  using directory = new FileTree({ "taken/file": "x" });
  const bytes = new Uint8Array([1]);
  const table = [["none/a.jpg", "output_directory_unusable", "none"], ["taken", "output_unwritable", "taken"]];
  for (const [name, code, named] of table) {
    const error = await assertRejects(
      () => writeOutput(`${directory.path}/${name}`, bytes, { random: seededRandom(1) }),
      DmlError,
    );
    assertEquals(error.code, code);
    assert(error.message.startsWith(`${directory.path}/${named} `), error.message);
  }
  assertEquals(directory.names(), ["taken"]);
});
