import { SAMPLE_MANIFESTS } from "../sample_manifests.ts";
import { decodeManifest, encodeManifest, modelName, requiredBlobs } from "../../../models/manifest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Dice } from "../dice.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { ACCEPTED, type Surface } from "../surface.ts";

/** Manifests of models, as they come from a master or from `dml models add`. */
export const MANIFESTS: Surface = {
  name: "manifests",
  what: "manifests of every pipeline",
  casesPerWorld: 1,
  open: () => Promise.resolve({ run: runCase, [Symbol.asyncDispose]: () => Promise.resolve() }),
};

function runCase(dice: Dice): string {
  const sample = dice.pick(SAMPLE_MANIFESTS);
  const text = new TextEncoder().encode(JSON.stringify(mutateJson(sample, dice)));
  const bytes = dice.oneIn(8) ? mutateBytes(text, dice) : text;
  dice.note(() => new TextDecoder().decode(bytes).slice(0, 2_000));
  try {
    const manifest = decodeManifest(bytes);
    requiredBlobs(manifest);
    modelName(manifest);
    // What was accepted once is accepted again, by the next host.
    decodeManifest(encodeManifest(manifest).bytes);
    return ACCEPTED;
  } catch (error) {
    if (error instanceof DmlError && error.code === "model_invalid" && error.message.length < 1_000) return error.code;
    throw error;
  }
}
