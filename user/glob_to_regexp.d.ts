/**
 * Types of `@std/path/glob-to-regexp`, which is plain JavaScript. Returns a regular expression that
 * matches whole strings.
 */
export function globToRegExp(glob: string, options?: { extended?: boolean; globstar?: boolean }): RegExp;
