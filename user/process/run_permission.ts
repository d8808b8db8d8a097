import { DmlError } from "../../protocol/kernel/errors.ts";
import { KEEPER } from "./engine_command.ts";
import type { Permissions } from "./permission_set.ts";

/**
 * Checks that this process may start each program of `permissions`. Throws `usage` if it was started
 * without that, as from the sources.
 */
export function requireRunnable({ run }: Pick<Permissions, "run">): void {
  const stateOf = (command: string) => Deno.permissions.querySync({ name: "run", command }).state;
  const missing = run.filter((path) => stateOf(path) !== "granted");
  if (missing.length > 0) {
    throw new DmlError("usage", `This dml was started without the permission to run ${missing.join(" and ")}.`, {
      advice: `Start the dml executable, or Deno with --allow-run=${[KEEPER, ...run].join(",")}.`,
    });
  }
}
