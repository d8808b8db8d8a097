import kernel from "../../../models/kernels/depthwise.wasm" with { type: "bytes" };
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { CompiledModule } from "./compiled_module.ts";

/**
 * The functions of `ort-wasm-simd-threaded.wasm` of onnxruntime-web 1.30.0, by number, and the
 * digests of their bodies: length, locals and code. How to find them in another version is in the
 * README beside.
 */
const CONVOLVE = { number: 2702, digest: "sha256:c9f395a296f9cd3e93973727759c231af0af50061c3c4d8e226a643e30d31eaf" };
const ACTIVATE = { number: 1226, digest: "sha256:1e0ed90d0ef3ede83a717a07dc3097d71c75b7871a52d238fb0fef6bf1a18221" };

/** Returns true if the functions of the engine are those that the patch was written for. */
export function isEngineKnown(engine: Uint8Array): boolean {
  return isKnown(new CompiledModule(engine));
}

/**
 * Returns the engine with convolutions of single channels done by dml; `null` if its functions are
 * not those that the patch was written for. Sums may differ from the engine's in their last bits:
 * each is of the same products in the order of the filter, where the engine adds up some few, those
 * of the last columns, in another order. The bytes that the new engine is made from are given away.
 */
export function withDepthwiseConvolution(engine: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const module = new CompiledModule(engine);
  if (!isKnown(module)) return null;
  const changed = module.replace(CONVOLVE.number, {
    kernel: new CompiledModule(kernel),
    name: "convolve",
    imports: { convolve: "replaced", activate: ACTIVATE.number },
  });
  // Frees 14 MB at once and not at some collection.
  engine.buffer.transfer(0);
  return changed;
}

function isKnown(module: CompiledModule): boolean {
  return [CONVOLVE, ACTIVATE].every(({ number, digest }) => {
    const bytes = module.functionBytes(number);
    return bytes !== undefined && digestOf(bytes) === digest;
  });
}
