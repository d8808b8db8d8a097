import kernel from "../../../models/kernels/depthwise.wasm" with { type: "bytes" };
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { CompiledModule } from "./compiled_module.ts";

/**
 * Functions of `ort-wasm-simd-threaded.wasm` of onnxruntime-web 1.30.0, by number, with the digests
 * of their bodies (length, locals and code). The README in this folder describes how to find them
 * in another version.
 */
const CONVOLVE = { number: 2702, digest: "sha256:c9f395a296f9cd3e93973727759c231af0af50061c3c4d8e226a643e30d31eaf" };
const ACTIVATE = { number: 1226, digest: "sha256:1e0ed90d0ef3ede83a717a07dc3097d71c75b7871a52d238fb0fef6bf1a18221" };

/** Returns true if the functions of the engine are those that the patch was written for. */
export function isEngineKnown(engine: Uint8Array): boolean {
  return isKnown(new CompiledModule(engine));
}

/**
 * Returns the engine with depthwise convolutions replaced by those of dml; `null` if its functions
 * are not those that the patch was written for. Sums may differ from those of the engine in their
 * last bits: dml adds the same products in the order of the filter, while the engine adds those of
 * the last columns in another order. The buffer of `engine` is transferred.
 */
export function withDepthwiseConvolution(engine: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const module = new CompiledModule(engine);
  if (!isKnown(module)) return null;
  const changed = module.replace(CONVOLVE.number, {
    kernel: new CompiledModule(kernel),
    name: "convolve",
    imports: { convolve: "replaced", activate: ACTIVATE.number },
  });
  // Frees 14 MB at once instead of at some garbage collection.
  engine.buffer.transfer(0);
  return changed;
}

function isKnown(module: CompiledModule): boolean {
  return [CONVOLVE, ACTIVATE].every(({ number, digest }) => {
    const bytes = module.functionBytes(number);
    return bytes !== undefined && digestOf(bytes) === digest;
  });
}
