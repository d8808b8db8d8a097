import { DmlError } from "../../protocol/kernel/errors.ts";

/**
 * Returns the parsed but unchecked JSON body of `request`. Throws `request_invalid` with `what` as
 * the name of the body if it is not JSON, has no `Content-Length` or is longer than
 * `charactersMax`.
 */
export async function jsonBody(request: Request, options: { what: string; charactersMax: number }): Promise<unknown> {
  const { what, charactersMax } = options;
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (!(length <= charactersMax)) {
    throw new DmlError("request_invalid", `${what} must have a Content-Length of at most ${charactersMax}.`);
  }
  try {
    return await request.json();
  } catch (error) {
    throw new DmlError("request_invalid", `${what} is not JSON.`, { cause: error });
  }
}
