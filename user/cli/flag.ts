/** One flag, as the parser, the help, the suggestions and the completion use it. */
export interface Flag {
  /** Short form, one letter. */
  readonly alias?: string;
  /** Placeholder for its value in the help; absent for a switch. */
  readonly argument?: string;
  /** Environment variable that is read if the flag is not given; for a switch it is 1 or 0. */
  readonly environment?: string;
  /** Default if neither is given, in words for the help. */
  readonly fallback?: string;
  /** Allowed values. */
  readonly choices?: readonly string[];
  /** Set if the flag may be given more than once; all its values count. */
  readonly repeats?: true;
  /** Set for a switch that is on unless turned off with `--no-NAME`. */
  readonly on?: true;
  /** Set for a switch with both forms, `--NAME` and `--no-NAME`. */
  readonly eitherWay?: true;
  readonly description: string;
}

/** Description of a flag in the help. */
export type FlagText = Pick<Flag, "description" | "environment" | "fallback" | "argument" | "choices">;
