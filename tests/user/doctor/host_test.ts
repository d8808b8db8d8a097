import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SYSTEM_RANDOM } from "../../../protocol/kernel/random.ts";
import { diskStep, inferenceStep } from "../../../user/doctor/host.ts";
import type { DoctorContext } from "../../../user/doctor/step.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { nobody } from "../../node/instructions.ts";
import { FakeClusterClient } from "../fake_cluster_client.ts";
import { FileTree } from "../file_tree.ts";

function contextAt(home: string, options: Partial<DoctorContext> = {}): DoctorContext {
  return {
    home,
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    signal: new AbortController().signal,
    openChecks: () => Promise.reject(new Error("not asked for")),
    openLocal: () => Promise.reject(new Error("not asked for")),
    ...options,
  };
}

Deno.test("diskStep() creates the data directory, and leaves no file in it", async () => {
  using tree = new FileTree({});
  const detail = await diskStep(contextAt(join(tree.path, "home"))).check();
  assertStringIncludes(detail, "16 MiB were written to");
  assertEquals(tree.names("home"), ["format"]);
});

Deno.test("diskStep() throws home_unusable if no data directory can be created", async () => {
  using tree = new FileTree({ "file": "in the way" });
  const error = await assertRejects(() => diskStep(contextAt(join(tree.path, "file", "home"))).check(), DmlError);
  assertEquals((error as DmlError).code, "home_unusable");
});

/** Mounts a file system of 4 MiB at `path`. Returns `null` if this process may not mount one. */
function mountSmall(path: string): Disposable | null {
  const mount = (...line: string[]) => {
    try {
      return new Deno.Command(line[0], { args: line.slice(1), stderr: "null" }).outputSync().success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  };
  if (Deno.build.os !== "linux" || !mount("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path)) return null;
  return { [Symbol.dispose]: () => void mount("umount", path) };
}

Deno.test("diskStep() throws disk_full on a full disk, and frees the space it used", async (test) => {
  using tree = new FileTree({ "disk/.keep": "" });
  const disk = join(tree.path, "disk");
  using mounted = mountSmall(disk);
  await test.step({
    name: "on a file system of 4 MiB",
    ignore: mounted === null,
    async fn() {
      const error = await assertRejects(() => diskStep(contextAt(disk)).check(), DmlError);
      assertEquals((error as DmlError).code, "disk_full");
      assertEquals(tree.names("disk"), ["format"]);
    },
  });
});

Deno.test("inferenceStep() throws engine_failed if the face is not found", async () => {
  const cluster = new FakeClusterClient();
  cluster.predict = () => Promise.resolve({ prediction: nobody(), annotated: new Uint8Array(1) });
  const step = inferenceStep(contextAt("", { openLocal: () => Promise.resolve(cluster) }));
  const error = await assertRejects(() => step.check(), DmlError, "found 0 faces on a picture of one");
  assertEquals((error as DmlError).code, "engine_failed");
});
