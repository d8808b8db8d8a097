import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { assertEquals, assertStringIncludes } from "../assert.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const DEMO = fileURLToPath(new URL("../../tools/demo.ts", import.meta.url));

Deno.test("the demo shows 22 faces on six photos, found by two nodes", async () => {
  await using directory = await temporaryDirectory();
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", DEMO],
    cwd: directory.path,
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""], text);
  assertStringIncludes(text, "6 pictures, 22 persons");
  const written = await Array.fromAsync(Deno.readDir(join(directory.path, "demo-output")), ({ name }) => name);
  assertEquals(written.toSorted(), [1, 2, 3, 4, 5, 6].map((number) => `sample${number}.annotated.jpg`));
});
