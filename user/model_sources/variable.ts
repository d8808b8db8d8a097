/** Reads an environment variable; `undefined` if it is not set. */
export type Variable = (name: string) => string | undefined;
