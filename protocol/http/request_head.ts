import { DmlError } from "../kernel/errors.ts";

/**
 * What may be asked again when a connection turns out to be gone. POST is here for predictions: one that is asked for twice
 * costs work and changes nothing.
 */
export type RepeatableMethod = "GET" | "HEAD" | "PUT" | "POST";

/** What is sent before the body of a request. */
export interface RequestHead {
  readonly method: RepeatableMethod;
  /** What follows the host in the URL, percent-encoded. */
  readonly path: string;
  /** `host:port`, as the URL has it. */
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: the request has no body. */
  readonly bodyBytes: number | null;
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;
const TARGET = /^\/[\x21-\x7e]*$/;

/** Throws `request_invalid` for what would end a line, and with it begin another header or another request. */
export function encodeRequestHead(
  { method, path, host, headers = {}, bodyBytes }: RequestHead,
): Uint8Array<ArrayBuffer> {
  if (!TARGET.test(path)) {
    throw new DmlError("request_invalid", "the path of a request begins with / and has no spaces");
  }
  let text = `${method} ${path} HTTP/1.1\r\n`;
  const length = bodyBytes === null ? {} : { "content-length": String(bodyBytes) };
  for (const [name, value] of Object.entries({ host, ...headers, ...length })) {
    if (!NAME.test(name) || !VALUE.test(value)) {
      // The value may be a token: it is not repeated.
      throw new DmlError(
        "request_invalid",
        `the header ${JSON.stringify(name)} has characters that no header may have`,
      );
    }
    text += `${name}: ${value}\r\n`;
  }
  return new TextEncoder().encode(`${text}\r\n`);
}
