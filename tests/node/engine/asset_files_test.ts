import { assert, assertEquals } from "../../assert.ts";
import { ASSET_NAMES } from "../../../models/assets.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";

Deno.test("assetFiles() returns every asset, in the format that its name implies", async () => {
  for (const name of ASSET_NAMES) {
    const bytes = await assetFiles(name);
    const isWasm = new TextDecoder().decode(bytes.subarray(0, 4)) === "\0asm";
    assertEquals(isWasm, name.endsWith(".wasm"), name);
    assert(bytes.length > 10_000, name);
  }
});

Deno.test("assetFiles() returns a new copy to every caller", async () => {
  for (const name of ["libjpeg-turbo.wasm", "onnxruntime.wasm"] as const) {
    const first = await assetFiles(name);
    const { length } = first;
    first.buffer.transfer(0);
    assertEquals((await assetFiles(name)).length, length);
  }
});
