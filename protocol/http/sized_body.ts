import { DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";

/**
 * Returns the whole body of `response`, whose size must be announced. Throws `blob_too_large` if
 * it is more than `LIMITS.modelBytesMax`, and `request_invalid` if there is no `Content-Length`.
 */
export async function sizedBody(
  response: Pick<Response, "headers" | "body" | "bytes">,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = response.headers.get("content-length");
  if (length !== null && Number(length) <= LIMITS.modelBytesMax) return await response.bytes();
  await response.body?.cancel();
  if (length === null) throw new DmlError("request_invalid", "The server sends its answer without a Content-Length.");
  throw new DmlError("blob_too_large", `${length} bytes are more than ${LIMITS.modelBytesMax}.`);
}
