/**
 * Starts the engine when it is imported: it opens a message port that lasts as long as the realm,
 * so no test could close it. Only for test files that spawn no workers.
 */
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm" with { type: "bytes" };
import { withDepthwiseConvolution } from "../../../node/engine/patches/depthwise_patch.ts";
import { createModelSession, initOnnx } from "../../../node/engine/onnx_session.ts";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import { smallModel } from "../../models/onnx/small_model.ts";

/** The realm's own class, from before the engine started. */
export const RealmWorker = globalThis.Worker;

const engine = withDepthwiseConvolution(wasm.slice());
invariant(engine !== null, "the patch fits the engine");
initOnnx(engine);
const first = await createModelSession(smallModel("Identity", { inputs: ["in"] }));
await first.release();
