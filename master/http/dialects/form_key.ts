import type { Context } from "hono";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Uploads } from "../uploads/uploads.ts";
import { dialectFormIn } from "./form.ts";
import { withBearer } from "./request_key.ts";

/**
 * Takes the token from the first of `fields` that the form of the request has, and makes it the
 * bearer token of the request. Throws what reading the form throws, and `image_too_large` for a form
 * whose token should come in a header.
 */
export async function withFormKey(
  context: Context,
  { fields, uploads }: { fields: readonly string[]; uploads: Pick<Uploads, "read"> },
): Promise<void> {
  const { raw: request, method } = context.req;
  const mediaType = request.headers.get("content-type");
  if (method !== "POST" || mediaType === null || request.body === null) return;
  if (Number(request.headers.get("content-length")) > LIMITS.unprovenFormBytesMax) {
    throw new DmlError("image_too_large", "The form is too large to be read without a token in a header.", {
      advice: "Send the token as Authorization: Bearer or as X-Api-Key, or shrink the picture.",
    });
  }
  const bytes = await uploads.read(context, { bytesMax: LIMITS.unprovenFormBytesMax });
  const form = dialectFormIn(bytes, mediaType);
  const token = fields.map((field) => form.text(field) ?? "").find((text) => text !== "");
  context.req.raw = token === undefined ? new Request(request, { body: bytes }) : withBearer(request, token, bytes);
}
