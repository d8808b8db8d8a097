/** Types of the part of `@std/cli/parse-args` that dml uses; the package is plain JavaScript. */
export interface ParseOptions {
  /** Names of flags that take a value. */
  readonly string: readonly string[];
  /** Names of flags that take no value. */
  readonly boolean: readonly string[];
  /** Names of flags that may be repeated; their values are collected in a list. */
  readonly collect: readonly string[];
  /** Names of flags that `--no-NAME` turns off. */
  readonly negatable: readonly string[];
  /** One-letter names, keyed by the long name. */
  readonly alias: Readonly<Record<string, string>>;
  readonly default: Readonly<Record<string, null>>;
  /**
   * Called with each argument that is none of the above; returning false drops it. `key` is absent
   * for a positional argument.
   */
  readonly unknown: (argument: string, key?: string, value?: unknown) => boolean;
}
export function parseArgs(
  args: readonly string[],
  options: ParseOptions,
): { /** Arguments after `--`. */ _: string[] } & Record<string, unknown>;
