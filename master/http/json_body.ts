import { DmlError } from "../../protocol/kernel/errors.ts";

/** The JSON that a request carries, not looked at any further. Throws `request_invalid`; `what` names it. */
export async function jsonBody(request: Request, options: { what: string; charactersMax: number }): Promise<unknown> {
  const { what, charactersMax } = options;
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (!(length <= charactersMax)) {
    throw new DmlError("request_invalid", `${what} needs a Content-Length of at most ${charactersMax}.`);
  }
  try {
    return await request.json();
  } catch (error) {
    throw new DmlError("request_invalid", `${what} is not JSON.`, { cause: error });
  }
}
