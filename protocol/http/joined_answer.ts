import { DmlError } from "../kernel/errors.ts";

/**
 * Media type of a response whose body is its JSON and, right behind it, the annotated picture. It
 * saves a round trip.
 */
export const JOINED_MEDIA_TYPE = "application/vnd.dml.joined";

/** Header with the number of bytes of JSON at the start of a joined body. */
const JSON_LENGTH_HEADER = "dml-json-length";

/**
 * Returns a response of `value` as JSON with `picture` behind it, which is not copied: a copy would
 * take as long as sending it.
 */
export function joinedResponse(value: unknown, picture: Uint8Array<ArrayBuffer>): Response {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(json);
      if (picture.length > 0) controller.enqueue(picture);
      controller.close();
    },
  });
  const headers = {
    "content-type": JOINED_MEDIA_TYPE,
    [JSON_LENGTH_HEADER]: String(json.length),
    "content-length": String(json.length + picture.length),
    "cache-control": "no-store",
  };
  return new Response(body, { headers });
}

/**
 * Returns the JSON of a response and the picture behind it, in the same memory; `null` if the
 * response is not a joined one. Throws `protocol_version` if the length of the JSON is missing or
 * wrong.
 */
export async function splitResponse(
  response: Pick<Response, "headers" | "bytes">,
): Promise<{ json: string; picture: Uint8Array<ArrayBuffer> | null }> {
  const body = await response.bytes();
  if (response.headers.get("content-type") !== JOINED_MEDIA_TYPE) {
    return { json: new TextDecoder().decode(body), picture: null };
  }
  const length = Number(response.headers.get(JSON_LENGTH_HEADER) ?? NaN);
  if (!Number.isSafeInteger(length) || length < 0 || length > body.length) {
    throw new DmlError("protocol_version", "A joined answer does not say how long its JSON is.");
  }
  return { json: new TextDecoder().decode(body.subarray(0, length)), picture: body.subarray(length) };
}
