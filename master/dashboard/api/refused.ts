/** The refusal of a request, in sentences for the person at the page. */
export class Refused extends Error {
  override name = "Refused";
  /** Code of the master, or `unreachable`. */
  readonly code: string;
  /** Status of the answer; 0 if there was none. */
  readonly status: number;
  /** One thing to do about it; empty if nothing is known. */
  readonly advice: string;

  constructor(message: string, { code, status, advice }: Pick<Refused, "code" | "status" | "advice">) {
    super(message);
    this.code = code;
    this.status = status;
    this.advice = advice;
  }
}

/** Returns `error` as a refusal; an error that is none is one of the page itself. */
export function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new Refused(`The page made a mistake: ${text}`, { code: "internal", status: 0, advice: "Load it again." });
}
