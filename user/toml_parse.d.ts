/**
 * Types of `@std/toml/parse`, which is plain JavaScript. Returns the tables and values of `text`.
 * Throws `SyntaxError` if it is not TOML.
 */
export function parse(text: string): Record<string, unknown>;
