import type { Flag } from "../flag.ts";

/** Flags of `dml service` beside those of the roles. */
export const SERVICE_FLAGS = {
  system: {
    description:
      "Use a service of the host, in a sandbox with an account of its own, instead of a service of your account.",
  },
} as const satisfies Record<string, Flag>;
