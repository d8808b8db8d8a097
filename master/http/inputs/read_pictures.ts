import type { Context } from "hono";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { parseAs, z } from "../../../protocol/schema.ts";
import type { Uploads } from "../uploads/uploads.ts";
import { decodeBase64Picture } from "./base64_picture.ts";
import { type Form, type FormFile, formIn, mediaTypeOf, MULTIPART, URL_ENCODED } from "./form.ts";
import { refuseStrippedPicture } from "./stripped_picture.ts";

/** Names of the field with the picture, in the order in which they count. */
export const PICTURE_NAMES: readonly string[] = ["image", "file", "images", "files"];
const JSON_TYPE = "application/json";
/** A picture in base64, and some options beside it. */
const JSON_BYTES_MAX = Math.ceil(LIMITS.imageBytesMax / 3) * 4 + 64 * 1024;

/** Commas and opening brackets of a JSON body, those in its texts included. */
const JSON_MARKS_MAX = 4_096;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

const scalar = z.union([z.string().max(JSON_BYTES_MAX), z.number(), z.boolean(), z.null()]);
const jsonSchema = z.record(
  z.string().max(200),
  z.union([scalar, z.array(z.string().max(JSON_BYTES_MAX)).max(LIMITS.formFilesMax)]),
);

/** Options of {@linkcode readPictures}. */
export interface ReadPicturesOptions {
  readonly uploads: Pick<Uploads, "read">;
  /** Names of the field with the picture, {@linkcode PICTURE_NAMES} by default. */
  readonly names?: readonly string[];
  /** Pictures of one request, `LIMITS.formFilesMax` by default. */
  readonly picturesMax?: number;
}

/**
 * Reads the pictures of a request, and the texts beside them, in each usual form:
 *
 * - the picture's file as the body, of any media type but those below, sized or in chunks;
 * - `multipart/form-data` with one or more files under `names`, also as `image1` or `image[]`, or
 *   with the picture as base64 text in such a field;
 * - `application/x-www-form-urlencoded` with base64 text in such a field;
 * - `application/json`: `{"image": "<base64 or data URL>"}`, or a list of them.
 *
 * Memory is taken as the bytes arrive. Only a body that is the file itself may be empty. Throws
 * `request_invalid` if there is no picture or too many, and what `Uploads.read` throws.
 */
export async function readPictures(context: Context, options: ReadPicturesOptions): Promise<Form> {
  const { uploads, names = PICTURE_NAMES, picturesMax = LIMITS.formFilesMax } = options;
  const contentType = context.req.header("content-type") ?? "";
  const type = mediaTypeOf(contentType);
  const body = await uploads.read(context, { bytesMax: bytesMaxOf(type) });
  const form = formOf(body, { contentType, type, names });
  if (form.files.length <= picturesMax) return form;
  throw new DmlError("request_invalid", `The request has ${form.files.length} pictures; it may have ${picturesMax}.`);
}

function bytesMaxOf(type: string): number {
  if (type === MULTIPART) return LIMITS.formBytesMax;
  return type === JSON_TYPE || type === URL_ENCODED ? JSON_BYTES_MAX : LIMITS.imageBytesMax;
}

function formOf(
  body: Uint8Array<ArrayBuffer>,
  { contentType, type, names }: { contentType: string; type: string; names: readonly string[] },
): Form {
  // Programs send pictures under any type: what the body begins with counts too.
  const isForm = type === MULTIPART || (type === URL_ENCODED && /^[\w.%[\]-]+=/.test(startOf(body)));
  if (isForm) return picturesIn(formIn(body, { contentType, longFields: names }), names);
  if (type === JSON_TYPE && /^\s*\{/.test(startOf(body))) return picturesIn(formOfJson(body), names);
  if (type === URL_ENCODED) refuseStrippedPicture(body);
  return { files: [{ name: names[0], fileName: null, bytes: body }], fields: new Map() };
}

function startOf(body: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder("latin1").decode(body.subarray(0, 200));
}

/** Returns the files of `form` that are pictures, and those that are given as text. */
function picturesIn(form: Form & { lists?: ReadonlyMap<string, readonly string[]> }, names: readonly string[]): Form {
  const strange = form.files.find(({ name }) => !isPicture(name, names));
  if (strange !== undefined) {
    throw noPicture(`The form has a file in the field ${JSON.stringify(strange.name)}`, names);
  }
  const fields = new Map([...form.fields].filter(([name]) => !isPicture(name, names)));
  const texts = [...form.fields, ...[...form.lists ?? []].flatMap(([name, list]) => list.map((text) => [name, text]))];
  const written = texts.filter(([name, text]) => isPicture(name, names) && text !== "")
    .map(([name, text]): FormFile => ({ name, fileName: null, bytes: decodeBase64Picture(text, { what: name }) }));
  const files = [...form.files, ...written];
  if (files.length === 0) throw noPicture("The request has no picture", names);
  return { files, fields };
}

/** Returns true for `image`, `image2`, `image[]` and `image[2]` if `image` is one of `names`. */
function isPicture(name: string, names: readonly string[]): boolean {
  return names.includes(name.replace(/(?:\d{1,4}|\[\d{0,4}\])$/, ""));
}

function noPicture(sentence: string, names: readonly string[]): DmlError {
  return new DmlError("request_invalid", `${sentence}; it belongs into the field ${names[0]}.`, {
    advice: `Send the file as the body, or as the field ${names.slice(0, 2).join(" or ")} of a form.`,
  });
}

function formOfJson(body: Uint8Array<ArrayBuffer>): Form & { lists: ReadonlyMap<string, readonly string[]> } {
  refuseStructure(body);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw new DmlError("request_invalid", "The body is not JSON, which its Content-Type says it is.", { cause: error });
  }
  const fields = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  const members = parseAs(jsonSchema, value, { what: "The body", code: "request_invalid" });
  for (const [name, member] of Object.entries(members)) {
    if (Array.isArray(member)) lists.set(name, member);
    else if (member !== null) fields.set(name, String(member));
  }
  if (fields.size + lists.size > LIMITS.formFieldsMax) {
    throw new DmlError("request_invalid", `The body has more than ${LIMITS.formFieldsMax} members.`);
  }
  return { files: [], fields, lists };
}

/**
 * Throws `request_invalid` if JSON has more commas and brackets than pictures and options need: to
 * parse millions of members would keep the master busy for a minute.
 */
function refuseStructure(body: Uint8Array<ArrayBuffer>): void {
  let marks = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === COMMA || byte === BRACKET || byte === BRACE) marks++;
  }
  if (marks <= JSON_MARKS_MAX) return;
  throw new DmlError("request_invalid", "The body has too many members and lists for a request about pictures.");
}
