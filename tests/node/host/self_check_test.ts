import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { ASSET_NAMES, type AssetSource } from "../../../models/assets.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";
import { withDepthwiseConvolution } from "../../../node/engine/patches/depthwise_patch.ts";
import { createSelfChecks, type SelfCheckOptions } from "../../../node/host/self_check.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";

const MIB = 1024 * 1024;

function checksWith(options: Partial<SelfCheckOptions> = {}) {
  return createSelfChecks({ clock: SYSTEM_CLOCK, log: SILENT_LOG, ...options });
}

async function failsWith(code: ErrorCode, check: Promise<string>, words: string): Promise<void> {
  const error = await assertRejects(() => check, DmlError, words);
  assertEquals((error as DmlError).code, code);
}

Deno.test("createSelfChecks() pass on this host", async () => {
  const checks = checksWith();
  assertStringIncludes(await checks.memory(), "a node with one worker needs 400 MiB");
  assertStringIncludes(await checks.wasm(), `all ${ASSET_NAMES.length} files`);
  assertStringIncludes(await checks.workers(), "ran empty@1");
});

Deno.test("createSelfChecks() say if the patch of the engine is on, off or skipped", async () => {
  const skipped: AssetSource = async (name) => {
    const bytes = await assetFiles(name);
    return name === "onnxruntime.wasm" ? withDepthwiseConvolution(bytes)! : bytes;
  };
  assertStringIncludes(await checksWith().wasm(), "The patch of the engine is on.");
  const other = await checksWith({ assets: skipped }).wasm();
  assertStringIncludes(other, "The patch of the engine is skipped: it was written for another version.");
  for (const assets of [assetFiles, skipped]) {
    const off = await checksWith({ assets, patchesEngine: false }).wasm();
    assertStringIncludes(off, "The patch of the engine is off, because DML_ENGINE_PATCH=off is set.");
  }
});

Deno.test("createSelfChecks() throw memory_low if a node would not fit into memory", async () => {
  const checks = checksWith({ memory: () => ({ available: 399 * MIB, total: 1_024 * MIB }) });
  await failsWith("memory_low", checks.memory(), "399 MiB of 1,024 MiB");
  const enough = checksWith({ memory: () => ({ available: 400 * MIB, total: 1_024 * MIB }) });
  assertStringIncludes(await enough.memory(), "400 MiB of 1,024 MiB");
});

Deno.test("createSelfChecks() throw assets_missing for a damaged or missing file", async () => {
  const damaged = checksWith({
    async assets(name) {
      const bytes = await assetFiles(name);
      return name === "webp-decoder.wasm" ? bytes.subarray(0, 1_000) : bytes;
    },
  });
  await failsWith("assets_missing", damaged.wasm(), "webp-decoder.wasm is damaged");
  const missing = checksWith({
    assets: () => Promise.reject(new DmlError("assets_missing", "It is not there.")),
  });
  await failsWith("assets_missing", missing.wasm(), "It is not there.");
});
