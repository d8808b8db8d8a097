import { join } from "node:path";
import { assertEquals } from "../../assert.ts";
import { FileTree } from "../file_tree.ts";

const CONFINEMENT = new URL("../../../user/process/confinement.ts", import.meta.url).href;

/** Returns the files that a process can still read after it has revoked the reading of `revoked`. */
async function readableAfter(granted: readonly string[], { revoked, tried }: Record<"revoked" | "tried", string[]>) {
  using tree = new FileTree({
    "start.ts": `import { revokeReading } from ${JSON.stringify(CONFINEMENT)};
      const { revoked, tried } = JSON.parse(Deno.args[0]);
      revokeReading(revoked);
      const isReadable = (path: string) => Deno.permissions.querySync({ name: "read", path }).state === "granted";
      console.log(JSON.stringify(tried.filter(isReadable)));`,
  });
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", ...granted],
      ...[join(tree.path, "start.ts"), JSON.stringify({ revoked, tried })],
    ],
    stderr: "inherit",
  });
  return JSON.parse(new TextDecoder().decode((await command.output()).stdout));
}

Deno.test("revokeReading() takes a file that was granted by itself, and leaves everything else", async () => {
  const tried = ["/config/contexts.json", "/photos/a.jpg"];
  const revoked = ["/config/contexts.json", "/nowhere"];
  const left = (...granted: string[]) => readableAfter(granted, { revoked, tried });
  assertEquals(await left("--allow-read=/config/contexts.json,/photos"), ["/photos/a.jpg"]);
  assertEquals(await left("--allow-read=/config,/photos"), tried, "Deno would revoke the whole directory");
  assertEquals(await left("--allow-read"), tried);
});
