import { CompiledModule } from "../../../models/wasm/compiled_module.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { depthwiseConvolution, FILTER_SHAPES } from "./depthwise_convolution.ts";
import { depthwiseRows } from "./depthwise_rows.ts";

/**
 * The functions of `ort-wasm-simd-threaded.wasm` of onnxruntime-web 1.30.0, by number. Another version has them elsewhere: then the
 * digests, which are of the length, the locals and the code of each, are others too. To find them there, run a model of depthwise
 * convolutions under a profiler that numbers functions of WebAssembly: most of the time is in the one that copies inputs to columns.
 * The function of eight parameters that calls it is the first of these, what that one calls last is the second.
 */
const CONVOLVE = { number: 2702, digest: "sha256:c9f395a296f9cd3e93973727759c231af0af50061c3c4d8e226a643e30d31eaf" };
const ACTIVATE = { number: 1226, digest: "sha256:1e0ed90d0ef3ede83a717a07dc3097d71c75b7871a52d238fb0fef6bf1a18221" };

/**
 * The engine with convolutions of single channels done by {@linkcode depthwiseConvolution}; the engine itself when it is not the one that
 * this was written for. Sums may differ in their last bits: each is of the same products in the order of the filter, where the engine
 * adds up some few, those of the last columns, in another order. Bytes that another engine is made from are given away.
 */
export function withDepthwiseConvolution(engine: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const module = new CompiledModule(engine);
  const isKnown = [CONVOLVE, ACTIVATE].every(({ number, digest }) => {
    const bytes = module.functionBytes(number);
    return bytes !== undefined && digestOf(bytes) === digest;
  });
  if (!isKnown) return engine;
  const changed = module.replace(CONVOLVE.number, ({ original, helpers }) => ({
    function: depthwiseConvolution({ rows: helpers, original, activation: ACTIVATE.number }),
    helpers: FILTER_SHAPES.map(depthwiseRows),
  }));
  // 14 MB, freed at once and not at some collection.
  engine.buffer.transfer(0);
  return changed;
}
