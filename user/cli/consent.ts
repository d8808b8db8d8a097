import type { FlagValues } from "./flag_values.ts";

/** Returns whether `--yes` answers the question before something is destroyed. */
export function consentIn(values: FlagValues): { readonly yes?: true } {
  return values.isOn("yes") ? { yes: true } : {};
}
