import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { decodeBase64Picture } from "./base64_picture.ts";
import { parseDisposition } from "./content_disposition.ts";
import { boundaryOf, type Part, partsOf } from "./multipart.ts";
import { pairsOf } from "./url_encoded.ts";

/** A file in a form. */
export interface FormFile {
  /** Name of the field. */
  readonly name: string;
  /** Name of the file without its directory; `null` if there is none. */
  readonly fileName: string | null;
  /** Bytes of the file, which nobody else uses. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A form as it was sent. */
export interface Form {
  /** Files in their order. */
  readonly files: readonly FormFile[];
  /** Texts by the name of the field; the last one of a name counts. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Limits of a form, those in `LIMITS` by default. */
export interface FormLimits {
  readonly filesMax?: number;
  readonly fileBytesMax?: number;
  readonly fieldsMax?: number;
  readonly fieldBytesMax?: number;
  /** Fields that may be as long as a picture in base64. */
  readonly longFields?: readonly string[];
}

/** Media types of forms. */
export const MULTIPART = "multipart/form-data";
export const URL_ENCODED = "application/x-www-form-urlencoded";

/** Returns the media type in a `Content-Type` header, in lower case; `""` if there is none. */
export function mediaTypeOf(contentType: string | null): string {
  return contentType?.split(";")[0].trim().toLowerCase() ?? "";
}

/**
 * Returns the form in `body`. A part is a file if it has a file name, or a type other than text, or
 * bytes that are not text. Throws `request_invalid` or `image_too_large`.
 */
export function formIn(
  body: Uint8Array<ArrayBuffer>,
  { contentType, ...limits }: { contentType: string } & FormLimits,
): Form {
  const builder = new FormBuilder(limits);
  if (mediaTypeOf(contentType) === URL_ENCODED) {
    for (const { name, value } of pairsOf(body)) builder.addValue({ name, fileName: null, bytes: value });
  } else {
    for (const part of partsOf(body, boundaryOf(contentType, body))) builder.addPart(part);
  }
  return builder.form;
}

class FormBuilder {
  readonly #limits: Required<FormLimits>;
  readonly #files: FormFile[] = [];
  readonly #fields = new Map<string, string>();
  #fieldCount = 0;
  #partCount = 0;

  constructor(limits: FormLimits) {
    this.#limits = {
      filesMax: LIMITS.formFilesMax,
      fileBytesMax: LIMITS.imageBytesMax,
      fieldsMax: LIMITS.formFieldsMax,
      fieldBytesMax: LIMITS.formFieldBytesMax,
      longFields: [],
      ...limits,
    };
  }

  get form(): Form {
    return { files: this.#files, fields: this.#fields };
  }

  addPart({ headers, bytes }: Part): void {
    const { filesMax, fieldsMax } = this.#limits;
    if (++this.#partCount > filesMax + fieldsMax) {
      throw invalid(`The form has more than ${filesMax + fieldsMax} parts.`);
    }
    const { name, fileName } = parseDisposition(headers.get("content-disposition") ?? "");
    const encoding = headers.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
    // A browser sends the field of a file that was not chosen with an empty name and no bytes.
    if (fileName === "" && bytes.length === 0) return;
    const type = mediaTypeOf(headers.get("content-type") ?? null);
    const file = { name, fileName: fileName || null, bytes };
    if (fileName === null && isTextType(type)) this.addValue(file, encoding);
    else this.#addFile(file, encoding);
  }

  /** Adds a field, or a file if its bytes are no text. */
  addValue(value: FormFile, encoding = "binary"): void {
    const text = textOf(value.bytes);
    if (text === null) this.#addFile(value, encoding);
    else this.#addField(value.name, text);
  }

  #addField(name: string, value: string): void {
    const { fieldsMax, fieldBytesMax, longFields } = this.#limits;
    if (++this.#fieldCount > fieldsMax) throw invalid(`The form has more than ${fieldsMax} fields.`);
    const max = longFields.includes(name) ? Infinity : fieldBytesMax;
    if (value.length > max) throw invalid(`The field ${JSON.stringify(name)} is longer than ${max} characters.`);
    this.#fields.set(name, value);
  }

  #addFile(file: FormFile, encoding: string): void {
    const { filesMax, fileBytesMax } = this.#limits;
    if (this.#files.length === filesMax) throw invalid(`The form has more than ${filesMax} files.`);
    const bytes = encoding === "base64" ? decodeBase64Picture(new TextDecoder().decode(file.bytes)) : file.bytes;
    if (bytes.length > fileBytesMax) {
      const sentence = `A file of the form has ${bytes.length} bytes; at most ${fileBytesMax} are taken.`;
      throw new DmlError("image_too_large", sentence);
    }
    // A copy, because a file may live longer than the body, and its memory may be handed over.
    this.#files.push({ ...file, bytes: encoding === "base64" ? bytes : bytes.slice() });
  }
}

function isTextType(type: string): boolean {
  return type === "" || type.startsWith("text/") || type === "application/json";
}

/** Returns `bytes` as text; `null` if they are no text. */
function textOf(bytes: Uint8Array<ArrayBuffer>): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence);
}
