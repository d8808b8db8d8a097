import { assertEquals, assertStringIncludes } from "../assert.ts";
import { isEngineKnown } from "../../node/engine/patches/depthwise_patch.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";

const TOOL = new URL("../../tools/engine_functions.ts", import.meta.url);

Deno.test("tools/engine_functions.ts finds the functions that are written down for the engine of dml, and no others", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", TOOL.pathname] }).output();
  const source = await Deno.readTextFile(new URL("../../node/engine/patches/depthwise_patch.ts", import.meta.url));
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  assertEquals([code, lines.length], [0, 2]);
  for (const line of lines) {
    const [, number, digest] = /number (\d+), \d+ bytes, digest (sha256:[0-9a-f]+)$/.exec(line)!;
    assertStringIncludes(source, `{ number: ${number}, digest: "${digest}" }`);
  }
  assertEquals(isEngineKnown(await assetFiles("onnxruntime.wasm")), true);
});
