import { join } from "node:path";
import { checkPrograms } from "../../../user/process/check_programs.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

/** Returns the refusal of one program by a node that may write `writable`. */
function refusalOf(path: string, writable: string): string {
  const error = assertThrows(() => checkPrograms([{ name: "x", path }], { writableDirectories: [writable] }), DmlError);
  assertEquals(error.code, "usage");
  return error.message;
}

async function writeProgram(path: string): Promise<void> {
  await Deno.writeTextFile(path, "#!/bin/sh\n", { mode: 0o755 });
}

Deno.test("checkPrograms() accepts executable files elsewhere, also over links", async () => {
  await using directory = await temporaryDirectory();
  const data = join(directory.path, "data");
  await Deno.mkdir(data);
  await writeProgram(join(directory.path, "tool"));
  await Deno.symlink("tool", join(directory.path, "link"));
  await writeProgram(join(directory.path, "data-tool"));
  const programs = ["tool", "link", "data-tool"].map((name) => ({ name, path: join(directory.path, name) }));
  checkPrograms(programs, { writableDirectories: [data] });
  checkPrograms([], { writableDirectories: [data] });
});

Deno.test("checkPrograms() refuses a program that the node may write, by whatever way it leads there", async () => {
  await using directory = await temporaryDirectory();
  const [data, other] = [join(directory.path, "data"), join(directory.path, "other")];
  await Deno.mkdir(join(data, "deep"), { recursive: true });
  await Deno.mkdir(other);
  await writeProgram(join(data, "deep/tool"));
  await writeProgram(join(other, "tool"));
  // A link in the writable directory to a program outside of it could be made to point elsewhere.
  await Deno.symlink(join(other, "tool"), join(data, "link"));
  await Deno.symlink(join(data, "link"), join(other, "link-to-link"));
  await Deno.symlink(join(data, "deep/tool"), join(other, "link"));
  await Deno.symlink(data, join(other, "data"));
  for (const path of ["data/deep/tool", "data/link", "other/link-to-link", "other/link", "other/data/deep/tool"]) {
    const message = refusalOf(join(directory.path, path), data);
    assertStringIncludes(message, "so nothing in it may be run", path);
  }
  assertStringIncludes(
    refusalOf(join(data, "deep/tool"), join(other, "data")),
    "may write to",
    "a linked directory",
  );
});

Deno.test("checkPrograms() refuses what is no executable file", async () => {
  await using directory = await temporaryDirectory();
  await Deno.mkdir(join(directory.path, "data"));
  const [data, text] = [join(directory.path, "data"), join(directory.path, "text")];
  await Deno.writeTextFile(text, "", { mode: 0o644 });
  assertEquals(refusalOf(text, data), `--allow-exec x=${text}: it is not executable.`);
  assertEquals(refusalOf(directory.path, data), `--allow-exec x=${directory.path}: it is no file.`);
  assertEquals(refusalOf(`${text}-not`, data), `--allow-exec x=${text}-not: there is no such file.`);
});
