/** Why something could not be done with a file: in the words of the system, not in those that Deno has for its developers. */
export function fileReason(cause: unknown): string {
  if (cause instanceof Deno.errors.NotCapable) return "dml may not go there";
  return cause instanceof Error ? cause.message.replace(/ \(os error.*$/, "") : String(cause);
}
