/** Tests that a model whose trial never ends keeps neither the command nor a process of this host. */
import { join } from "node:path";
import { endlessModel, manifestBytesOf } from "../../../tools/chaos/attacks/hostile_models.ts";
import { DmlProcess } from "../../../tools/dml_process.ts";
import { ended, enginesOf } from "../../../tools/node_processes.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("models add of a model that loops for ever is stopped by Ctrl-C, and its engine with it", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using directory = await temporaryDirectory();
  const [model, manifest] = ["model.onnx", "model.json"].map((name) => join(directory.path, name));
  const endless = endlessModel("endless");
  await Deno.writeFile(model, endless.file);
  await Deno.writeFile(manifest, manifestBytesOf(endless));
  const line = ["models", "add", model, "--manifest", manifest, "--name", "endless", "--yes", "--dry-run"];
  await using command = DmlProcess.start(line, { home: join(directory.path, "home") });
  let engines: number[] = [];
  while (engines.length === 0) {
    engines = enginesOf(command.pid);
    await Deno.stat(".");
  }
  assertEquals(await command.stop("SIGINT"), 130);
  assertStringIncludes(command.lines.join("\n"), "Stopped while the model was tried; nothing was added.");
  await ended(engines);
});
