/** Tests with real processes of a master that is lost with its disk, and comes back from a backup. */
import { join } from "node:path";
import { DmlProcess, MAIN, PERMISSIONS, SILENT_ENVIRONMENT } from "../../../tools/dml_process.ts";
import { samplePhoto } from "../../../tools/sample_photos.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { readyFor } from "../cluster.ts";
import { SecureCluster } from "../security/secure_cluster.ts";

/** Runs `dml restore FILE` with `key` on its standard input. */
async function restore(file: string, { home, key }: { home: string; key: string }) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...PERMISSIONS, MAIN, "restore", file, "--home", home],
    env: SILENT_ENVIRONMENT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${key}\n`));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("a master restored on its old address takes its nodes, tokens and people back", async () => {
  await using cluster = await SecureCluster.start();
  const address = `127.0.0.1:${cluster.port}`;
  const node = cluster.join("one", { address });
  await readyFor(node, "faces@1");
  const [first, third] = [1, 3].map((number) => join(cluster.directory, `sample${number}.jpg`));
  await Deno.writeFile(first, await samplePhoto(1));
  await Deno.writeFile(third, await samplePhoto(3));
  const admin = ["--master", address, "--token", cluster.tokens.admin];
  const enrolled = await cluster.run(["people", "enroll", "Ada", first, "--face", "3", ...admin]);
  assertEquals(enrolled.code, 0, enrolled.text);
  const file = join(cluster.directory, "master.dmlbackup");
  const made = await cluster.run(["backup", file, "--json", ...admin]);
  assertEquals(made.code, 0, made.text);
  const { key, damaged } = JSON.parse(made.text);
  assertEquals(damaged, 0);
  const bytes = await Deno.readFile(file);
  for (const secret of Object.values(cluster.tokens)) {
    assert(!new TextDecoder().decode(bytes).includes(secret.split("_")[1]), "a token is in the backup");
  }
  const audit = await cluster.run(["audit", ...admin]);
  assertStringIncludes(audit.text, "backup.make");
  await cluster.master.stop("SIGKILL");
  await Deno.remove(join(cluster.directory, "master"), { recursive: true });

  const home = join(cluster.directory, "restored");
  const refused = await restore(file, { home, key: `dmlk_${"0".repeat(52)}` });
  assertEquals(refused.code, 1, refused.text);
  assertStringIncludes(refused.text, "The key does not fit this backup");
  const restored = await restore(file, { home, key });
  assertEquals(restored.code, 0, restored.text);
  const again = await restore(file, { home, key });
  assertStringIncludes(again.text, "holds a master already");
  const line = ["serve", "--host", "0.0.0.0", "--no-print-tokens"];
  const ports = ["--port", String(cluster.port), "--control-port", String(cluster.controlPort)];
  await using master = DmlProcess.start([...line, ...ports], { home });
  await master.logged("ready");
  await master.logged("Node one joined.");
  await master.logged("The gallery default is in force on one.");
  const user = ["--master", address, "--token", cluster.tokens.user];
  const found = await cluster.run(["predict", third, "--gallery", "default", "--no-annotate", "--json", ...user]);
  assertEquals(found.code, 0, found.text);
  assertStringIncludes(found.text, '"Ada"');
  await master.stop();
});
