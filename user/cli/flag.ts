/** One flag: parsing, help, suggestions and completion all read this. */
export interface Flag {
  /** One letter. */
  readonly alias?: string;
  /** What stands for its value in the help; a switch has none. */
  readonly argument?: string;
  /** The environment variable that is asked when the flag is not given; of a switch it says 1 or 0. */
  readonly environment?: string;
  /** What holds when neither is given, as the help says it. */
  readonly fallback?: string;
  /** The values it may have. */
  readonly choices?: readonly string[];
  /** It may be given more than once; what it says is all of it. */
  readonly repeats?: true;
  /** A switch that is on unless it is turned off as `--no-NAME`. */
  readonly on?: true;
  /** A switch that may be given either way, as `--NAME` or `--no-NAME`. */
  readonly eitherWay?: true;
  readonly description: string;
}
