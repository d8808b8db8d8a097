import type { Context } from "hono";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { parseAs, z } from "../../../protocol/schema.ts";
import { decodeBase64Picture } from "../inputs/base64_picture.ts";
import { type Form, type FormFile, formIn, mediaTypeOf, MULTIPART, URL_ENCODED } from "../inputs/form.ts";
import type { Uploads } from "../uploads/uploads.ts";

const JSON_TYPE = "application/json";
/** Fields of the dialects that may hold a picture as base64 text. */
const PICTURES = ["file", "image", "image1", "image2", "source_image", "target_image"];
const jsonSchema = z.record(z.string().max(200), z.unknown());
/** Type of a body that says nothing about itself; the boundary is then its first line. */
const UNTYPED = MULTIPART;

/** The form of a request to a dialect. */
export class DialectForm {
  readonly #form: Form;

  constructor(form: Form) {
    this.#form = form;
  }

  /** Returns the text of the field `name`, without surrounding white space; `null` if it is absent. */
  text(name: string): string | null {
    return this.#form.fields.get(name)?.trim() ?? null;
  }

  /** Returns the picture in the field `name`. Throws `request_invalid` if there is none. */
  picture(name: string): Uint8Array<ArrayBuffer> {
    const [bytes] = this.pictures((other) => other === name);
    if (bytes !== undefined) return bytes;
    throw new DmlError("request_invalid", `The form has no picture in the field ${name}.`, {
      advice: "Send the picture's file in that field.",
    });
  }

  /** Returns the pictures of all fields whose names `isWanted`. */
  pictures(isWanted: (name: string) => boolean): Uint8Array<ArrayBuffer>[] {
    const { files, fields } = this.#form;
    const written = [...fields].filter(([name, text]) => isWanted(name) && text !== "");
    return [
      ...files.filter(({ name }) => isWanted(name)).map(({ bytes }) => bytes),
      ...written.map(([name, text]) => decodeBase64Picture(text, { what: `The field ${name}` })),
    ];
  }
}

/** Reads the form of a request. Throws what `Uploads.read` throws, and `request_invalid`. */
export async function readDialectForm(
  context: Context,
  { uploads, bytesMax = LIMITS.formBytesMax }: { uploads: Pick<Uploads, "read">; bytesMax?: number },
): Promise<DialectForm> {
  const bytes = await uploads.read(context, { bytesMax });
  return dialectFormIn(bytes, context.req.header("content-type") ?? UNTYPED);
}

/**
 * Returns the form in `bytes`: `multipart/form-data`, `application/x-www-form-urlencoded`, or JSON
 * with pictures in base64. Throws `request_invalid`.
 */
export function dialectFormIn(bytes: Uint8Array<ArrayBuffer>, contentType: string): DialectForm {
  const type = mediaTypeOf(contentType);
  if (bytes.length === 0) return new DialectForm({ files: [], fields: new Map() });
  if (type === JSON_TYPE) return new DialectForm(formOfJson(bytes));
  if (type === MULTIPART || type === URL_ENCODED) {
    return new DialectForm(formIn(bytes, { contentType, longFields: PICTURES }));
  }
  throw new DmlError("request_invalid", "The body is no form.", { advice: `Send it as ${MULTIPART}.` });
}

function formOfJson(bytes: Uint8Array<ArrayBuffer>): Form {
  const members = parseAs(jsonSchema, jsonIn(bytes), { what: "The body", code: "request_invalid" });
  const texts = Object.entries(members).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const files: FormFile[] = [];
  return { files, fields: new Map(texts.slice(0, LIMITS.formFieldsMax)) };
}

/** Returns the value that a JSON body holds. Throws `request_invalid`. */
export function jsonIn(bytes: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new DmlError("request_invalid", "The body is not JSON.", { cause: error });
  }
}
