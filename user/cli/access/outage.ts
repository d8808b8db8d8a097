import type { FlagValues } from "../flag_values.ts";

const DAY_MS = 24 * 60 * 60_000;

/** Returns how long to wait for a master that goes away, if the line or its variable says so. */
export function outageOf(values: FlagValues): { outageMs?: number } {
  const outageMs = values.durationMs("outage", { max: DAY_MS });
  return outageMs === null ? {} : { outageMs };
}
