import { findInputs } from "../../../user/pictures/inputs.ts";
import { labelledPictures } from "../../../user/pictures/labelled_pictures.ts";
import { findAndTell, LeftOut } from "../../../user/pictures/left_out.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";
import { FileTree } from "../file_tree.ts";

const NAME_IT = "To read a file whatever it is called, name it.";

Deno.test("findInputs() counts what it leaves out of a directory, named or matched by a glob", async () => {
  using tree = new FileTree({
    "photos/one.jpg": "x",
    "photos/two.jpe": "x",
    "photos/three.mpo": "x",
    "photos/five.heic": "x",
    "photos/four.JPEG_large": "x",
    "photos/no-extension": "x",
    "photos/a.txt": "x",
    "photos/b.TXT": "x",
    "photos/.hidden": "x",
    "photos/one.annotated.jpg": "x",
    "photos/deep/six.jpg": "x",
  });
  const expected =
    `4 files were left out: 2 .txt, 1 .jpeg_large, 1 without an extension; 1 folder was not entered. ${NAME_IT}`;
  for (const name of ["photos", "phot*"]) {
    const leftOut = new LeftOut();
    const inputs = await findInputs([`${tree.path}/${name}`], { leftOut });
    assertEquals(inputs.map(({ name }) => name.split("/").at(-1)), ["five.heic", "one.jpg", "three.mpo", "two.jpe"]);
    assertEquals(leftOut.describe(), expected);
  }
  const leftOut = new LeftOut();
  await findInputs([`${tree.path}/photos/a.txt`, `${tree.path}/photos/*large`], { leftOut });
  assertEquals(leftOut.describe(), null);
});

Deno.test("labelledPictures() counts what stands in no sub-folder and what the folders leave out", async () => {
  using tree = new FileTree({ "Ann/1.jpg": "x", "Ann/notes.txt": "x", "stray.jpg": "x", "Ann/more/2.jpg": "x" });
  const terminal = new FakeTerminal();
  const pictures = await findAndTell(terminal, (leftOut) => labelledPictures(tree.path, { leftOut }));
  assertEquals(pictures.map(({ name }) => name), ["Ann"]);
  assertEquals(
    terminal.errorText,
    `2 files were left out: 1 .jpg, 1 .txt; 1 folder was not entered. ${NAME_IT}\n`,
  );
});

Deno.test("findAndTell() says nothing if nothing was left out, and tells it before an error", async () => {
  using tree = new FileTree({ "a.jpg": "x", "bare/b.txt": "x" });
  const terminal = new FakeTerminal();
  await findAndTell(terminal, (leftOut) => findInputs([`${tree.path}/a.jpg`], { leftOut }));
  assertEquals(terminal.errorText, "");
  await assertRejects(() => findAndTell(terminal, (leftOut) => labelledPictures(tree.path, { leftOut })));
  assertEquals(terminal.errorText, `2 files were left out: 1 .jpg, 1 .txt. ${NAME_IT}\n`);
});

Deno.test("LeftOut names eight kinds at most, in one printable line", async () => {
  const leftOut = new LeftOut();
  for (let kind = 0; kind < 10; kind++) for (let file = kind; file < 10; file++) leftOut.addFile(`a.x${kind}`);
  leftOut.addFile("a.x0");
  assertEquals(
    leftOut.describe(),
    "56 files were left out: 11 .x0, 9 .x1, 8 .x2, 7 .x3, 6 .x4, 5 .x5, 4 .x6, 3 .x7, 3 others. " + NAME_IT,
  );
  using tree = new FileTree({ "a.jpg": "x", "b.\x1b[31m": "x" });
  const terminal = new FakeTerminal();
  await findAndTell(terminal, (leftOut) => findInputs([tree.path], { leftOut }));
  assertEquals(terminal.errorText.includes("\x1b"), false);
});
