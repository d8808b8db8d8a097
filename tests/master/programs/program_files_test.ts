import { join } from "node:path";
import { ProgramFiles } from "../../../master/programs/program_files.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { programBytes, programOf } from "../../protocol/program/programs.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("ProgramFiles() lists executables of dml with version and target, and reads them from any offset", async () => {
  await using place = await temporaryDirectory();
  const executable = join(place.path, "dml");
  const directory = join(place.path, "others");
  await Deno.mkdir(join(directory, "dml-linux-arm64.d"), { recursive: true });
  await Deno.writeFile(executable, programBytes("0.2.0"));
  await Deno.writeFile(join(directory, "dml-macos-arm64"), programBytes("0.2.0", "macos-arm64"));
  await Deno.writeTextFile(join(directory, "SHA256SUMS"), "no program\n");
  await Deno.writeTextFile(join(directory, "empty"), "");
  const files = new ProgramFiles({ executable, directory, log: SILENT_LOG });
  const [own, other] = [programOf("0.2.0"), programOf("0.2.0", "macos-arm64")];
  assertEquals(await Array.fromAsync(files.programs()), [own, other]);
  assertEquals(await files.stat(other.digest), other.size);
  assertEquals(await files.read(own.digest), programBytes("0.2.0"));
  const { size, stream } = await files.open(own.digest, { offset: 10 });
  assertEquals([size, await new Response(stream).bytes()], [own.size, programBytes("0.2.0").subarray(10)]);
});

Deno.test("ProgramFiles() drops a file that was changed", async () => {
  await using place = await temporaryDirectory();
  const executable = join(place.path, "dml");
  await Deno.writeFile(executable, programBytes("0.2.0"));
  const files = new ProgramFiles({ executable, directory: join(place.path, "nowhere"), log: SILENT_LOG });
  const [{ digest }] = await Array.fromAsync(files.programs());
  await Deno.writeFile(executable, programBytes("0.10.0"));
  assertEquals(await files.stat(digest), null);
  await assertRejects(() => files.open(digest), Error, "no blob");
  await assertRejects(() => files.read(digest), Error, "no blob");
  await Deno.remove(executable);
  assertEquals(await files.stat(digest), null);
});
