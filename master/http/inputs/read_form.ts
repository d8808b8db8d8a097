import type { Context } from "hono";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Uploads } from "../uploads/uploads.ts";
import { type Form, formIn, type FormLimits, mediaTypeOf, MULTIPART, URL_ENCODED } from "./form.ts";

/** Options of {@linkcode readForm}. */
export interface ReadFormOptions extends FormLimits {
  readonly uploads: Pick<Uploads, "read">;
  /** Limit of the whole body, `LIMITS.formBytesMax` by default. */
  readonly bytesMax?: number;
}

/**
 * Reads the form in the body of a request: `multipart/form-data`, with or without a boundary in its
 * header, or `application/x-www-form-urlencoded`. Its memory is taken as its bytes arrive. Throws
 * `request_invalid`, and what `Uploads.read` throws.
 */
export async function readForm(context: Context, options: ReadFormOptions): Promise<Form> {
  const { uploads, bytesMax = LIMITS.formBytesMax, ...limits } = options;
  const contentType = context.req.header("content-type") ?? "";
  if (![MULTIPART, URL_ENCODED].includes(mediaTypeOf(contentType))) {
    throw new DmlError("request_invalid", `The body must be a form, of the type ${MULTIPART}.`);
  }
  return formIn(await uploads.read(context, { bytesMax }), { contentType, ...limits });
}
