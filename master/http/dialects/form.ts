import { Buffer } from "node:buffer";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseAs, z } from "../../../protocol/schema.ts";

const PARTS_MAX = 64;
/** Limit of the length of a field that is text. */
const TEXT_BYTES_MAX = 64 * 1024;
const HEADER_BYTES_MAX = 8 * 1024;
const LINE_END = "\r\n";
const jsonFormSchema = z.record(z.string().max(200), z.unknown());

/** The fields of a form, in the order in which they came, with their bytes. */
export class Form {
  readonly #parts: readonly FormPart[];

  constructor(parts: readonly FormPart[]) {
    this.#parts = parts;
  }

  /** Returns the text of the field `name`, without surrounding white space; `null` if it is absent. */
  text(name: string): string | null {
    const part = this.#parts.find((part) => part.name === name);
    if (part === undefined) return null;
    if (part.bytes.length > TEXT_BYTES_MAX) throw invalid(`The field ${name} is too long.`);
    return new TextDecoder().decode(part.bytes).trim();
  }

  /** Returns the bytes of the first of `names` that is there. Throws `request_invalid` if none is. */
  file(...names: readonly string[]): Uint8Array<ArrayBuffer> {
    const part = names.map((name) => this.#parts.find((part) => part.name === name)).find((part) => part !== undefined);
    if (part === undefined) throw invalid(`The form has no field ${names.join(" or ")} with a picture.`);
    return bytesOfFile(part);
  }

  /** Returns the bytes of every field whose name matches `pattern`. */
  files(pattern: RegExp): Uint8Array<ArrayBuffer>[] {
    return this.#parts.filter(({ name }) => pattern.test(name)).map(bytesOfFile);
  }
}

/** One field of a form. */
interface FormPart {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True if the bytes are text in base 64, as in JSON. */
  readonly isEncoded?: boolean;
}

/**
 * Reads a form in any of the ways in which clients send one: `multipart/form-data`, also without a
 * boundary in the header (which is then the first line of the body) and with parts that have no
 * type; `application/x-www-form-urlencoded`; or JSON, with files in base 64. Throws
 * `request_invalid`.
 */
export function readForm(bytes: Uint8Array<ArrayBuffer>, mediaType: string | null): Form {
  const type = (mediaType ?? "").split(";")[0].trim().toLowerCase();
  if (type === "multipart/form-data") return multipartForm(bytes, boundaryIn(mediaType ?? "") ?? boundaryOf(bytes));
  if (type === "application/x-www-form-urlencoded") return encodedForm(bytes);
  if (type === "application/json") return jsonForm(bytes);
  if (bytes.length === 0) return new Form([]);
  throw invalid("The body is no form: its Content-Type must be multipart/form-data.");
}

function boundaryIn(mediaType: string): string | null {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(mediaType) ?? [];
  return quoted ?? bare ?? null;
}

/** Returns the boundary in the first line of a body. */
function boundaryOf(bytes: Uint8Array<ArrayBuffer>): string {
  const line = viewOf(bytes).subarray(0, 202).toString("latin1").split(LINE_END)[0];
  if (line.length > 2 && line.length <= 202 && line.startsWith("--")) return line.slice(2);
  throw invalid("The form has no boundary, neither in its Content-Type nor in its first line.");
}

function multipartForm(bytes: Uint8Array<ArrayBuffer>, boundary: string): Form {
  const body = viewOf(bytes);
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  const parts: FormPart[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length;
    if (body.toString("latin1", from, from + 2) === "--") return new Form(parts);
    const end = body.indexOf(`${LINE_END}--${boundary}`, from, "latin1");
    if (end < 0) break;
    if (parts.length === PARTS_MAX) throw invalid(`The form has more than ${PARTS_MAX} fields.`);
    parts.push(partIn(body.subarray(from + LINE_END.length, end)));
    start = end + LINE_END.length;
  }
  throw invalid("The form is cut short: its last boundary is missing.");
}

function partIn(part: Buffer): FormPart {
  const headerEnd = part.subarray(0, HEADER_BYTES_MAX).indexOf(LINE_END.repeat(2));
  if (headerEnd < 0) throw invalid("A field of the form has no header.");
  const header = part.toString("utf8", 0, headerEnd);
  const [, quoted, bare] = /^content-disposition:[^\r\n]*?;\s*name=(?:"([^"]*)"|([^;\s]+))/im.exec(header) ?? [];
  const name = quoted ?? bare;
  if (name === undefined) throw invalid("A field of the form has no name.");
  return { name, bytes: new Uint8Array(part.subarray(headerEnd + 4)) };
}

function encodedForm(bytes: Uint8Array<ArrayBuffer>): Form {
  if (bytes.length > TEXT_BYTES_MAX) throw invalid("The form is too long.");
  const pairs = [...new URLSearchParams(new TextDecoder().decode(bytes))].slice(0, PARTS_MAX);
  return new Form(pairs.map(([name, value]) => ({ name, bytes: new TextEncoder().encode(value) })));
}

function jsonForm(bytes: Uint8Array<ArrayBuffer>): Form {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new DmlError("request_invalid", "The body is not JSON.", { cause: error });
  }
  const fields = parseAs(jsonFormSchema, value, { what: "The body", code: "request_invalid" });
  const texts = Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return new Form(
    texts.slice(0, PARTS_MAX).map(([name, text]) => ({
      name,
      bytes: new TextEncoder().encode(text),
      isEncoded: true,
    })),
  );
}

function bytesOfFile({ name, bytes, isEncoded = false }: FormPart): Uint8Array<ArrayBuffer> {
  if (!isEncoded) return bytes;
  // A browser puts the type in front, as in `data:image/jpeg;base64,`.
  const text = new TextDecoder().decode(bytes).replace(/^data:[^,]{0,100},/, "");
  if (/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) return new Uint8Array(Buffer.from(text, "base64"));
  throw invalid(`The field ${name} is not base 64.`);
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence);
}
