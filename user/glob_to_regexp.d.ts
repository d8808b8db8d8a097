/** What is used of `@std/path/glob-to-regexp`, which comes as JavaScript. */

/** A regular expression for what the glob stands for, from its beginning to its end. */
export function globToRegExp(glob: string, options?: { extended?: boolean; globstar?: boolean }): RegExp;
