/**
 * Returns the reason why a file operation failed, in the words of the system instead of Deno's,
 * which are meant for developers.
 */
export function fileReason(cause: unknown): string {
  if (cause instanceof Deno.errors.NotCapable) return "dml has no permission to access it";
  return cause instanceof Error ? cause.message.replace(/ \(os error.*$/, "") : String(cause);
}
