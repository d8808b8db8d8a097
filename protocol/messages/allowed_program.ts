/** Form of the name under which a node allows a program. */
export const PROGRAM_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** A program that a node may run when an admin asks. */
export interface AllowedProgram {
  readonly name: string;
  /** Absolute path of its file. */
  readonly path: string;
}

/**
 * Returns a program and its arguments as one line for people, such as `df -h "a b"`. An argument
 * with other than plain characters is quoted as JSON, so that the line shows where it begins and
 * ends.
 */
export function commandLineText(program: string, args: readonly string[]): string {
  return [program, ...args].map((word) => /^[\w%+,./:=@-]+$/.test(word) ? word : JSON.stringify(word)).join(" ");
}
