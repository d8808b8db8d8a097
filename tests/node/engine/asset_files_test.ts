import { assert, assertEquals, assertStrictEquals } from "../../assert.ts";
import { ASSET_NAMES } from "../../../models/assets.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";

Deno.test("assetFiles() has every asset, of the kind that its name says", async () => {
  for (const name of ASSET_NAMES) {
    const bytes = await assetFiles(name);
    const isWasm = new TextDecoder().decode(bytes.subarray(0, 4)) === "\0asm";
    assertEquals(isWasm, name.endsWith(".wasm"), name);
    assert(bytes.length > 10_000, name);
  }
});

Deno.test("assetFiles() loads a file once", async () => {
  assertStrictEquals(await assetFiles("libjpeg-turbo.wasm"), await assetFiles("libjpeg-turbo.wasm"));
});
