/**
 * A broken invariant. It is a bug in dml, never a mistake of the user, and crashes the process or
 * worker.
 */
export class InvariantError extends Error {
  override name = "InvariantError";
}

/** Throws {@linkcode InvariantError} if `condition` is false. */
export function invariant(
  condition: unknown,
  message: string,
): asserts condition {
  if (!condition) throw new InvariantError(message);
}
