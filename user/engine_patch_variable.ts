import { DmlError } from "../protocol/kernel/errors.ts";
import type { HostEnvironment } from "../protocol/host/home_path.ts";

/** Environment variable that turns off the patch of the inference engine. */
export const ENGINE_PATCH_VARIABLE = "DML_ENGINE_PATCH";

/**
 * Returns false if the environment turns the patch off. Throws `usage` for any value but `on` and
 * `off`.
 */
export function patchesEngine({ variable }: Pick<HostEnvironment, "variable">): boolean {
  const text = variable(ENGINE_PATCH_VARIABLE) || "on";
  if (text === "on" || text === "off") return text === "on";
  throw new DmlError("usage", `${ENGINE_PATCH_VARIABLE} must be on or off, not ${JSON.stringify(text)}.`);
}
