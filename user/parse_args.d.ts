/** Types of the part of `@std/cli/parse-args` that dml uses; the package comes to us as plain JavaScript. */
export interface ParseOptions {
  /** Names that take a value. */
  readonly string: readonly string[];
  /** Names that are switches. */
  readonly boolean: readonly string[];
  /** Names that may be given more than once; their values come as a list. */
  readonly collect: readonly string[];
  /** Switches that `--no-NAME` turns off. */
  readonly negatable: readonly string[];
  /** Long name -> one letter. */
  readonly alias: Readonly<Record<string, string>>;
  readonly default: Readonly<Record<string, null>>;
  /** Hears of each argument that is none of the above; false drops it. `key` is absent for a positional one. */
  readonly unknown: (argument: string, key?: string, value?: unknown) => boolean;
}
export function parseArgs(
  args: readonly string[],
  options: ParseOptions,
): { /** What follows `--`. */ _: string[] } & Record<string, unknown>;
