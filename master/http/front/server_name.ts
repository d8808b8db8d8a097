/** Largest beginning of a connection in which a name is looked for. */
export const HELLO_BYTES_MAX = 16 * 1024;

/** First byte of a record of TLS that carries handshake messages (RFC 8446, section 5.1). */
export const TLS_HANDSHAKE = 0x16;
const RECORD_HEADER_BYTES = 5;
const MESSAGE_HEADER_BYTES = 4;
const CLIENT_HELLO = 1;
/** Bytes of the version and of the random value, with which the message begins. */
const VERSION_AND_RANDOM_BYTES = 34;
/** Type of the extension with the name (RFC 6066, section 3), and of a host name in it. */
const SERVER_NAME = 0;
const HOST_NAME = 0;
const HOST_NAME_PATTERN = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
const HOST_NAME_CHARACTERS_MAX = 253;

/** Result of {@linkcode serverNameIn}. */
export type ServerName =
  /** The name is not known before at least `neededBytes` of the connection are there. */
  | { readonly neededBytes: number }
  /** Host name in small letters; `null` if the client names none, or does not speak TLS. */
  | { readonly name: string | null };

const NONE: ServerName = { name: null };

/**
 * Returns the host that a client of TLS wants to reach, by the extension `server_name` of the
 * message `ClientHello`, which may come in several records. `bytes` is the beginning of its
 * connection. Anything that is malformed or too long names nobody; the server of TLS refuses it.
 */
export function serverNameIn(bytes: Uint8Array): ServerName {
  const parts: Uint8Array[] = [];
  let partBytes = 0;
  let messageBytes = MESSAGE_HEADER_BYTES;
  let at = 0;
  while (true) {
    if (at < bytes.length && bytes[at] !== TLS_HANDSHAKE) return NONE;
    if (bytes.length < at + RECORD_HEADER_BYTES) return needing(at + RECORD_HEADER_BYTES);
    const length = numberAt(bytes, at + 3, 2);
    if (length === 0) return NONE;
    const end = at + RECORD_HEADER_BYTES + length;
    if (bytes.length < end) return needing(end);
    parts.push(bytes.subarray(at + RECORD_HEADER_BYTES, end));
    partBytes += length;
    at = end;
    if (partBytes < messageBytes) continue;
    const message = joined(parts);
    if (message[0] !== CLIENT_HELLO) return NONE;
    messageBytes = MESSAGE_HEADER_BYTES + numberAt(message, 1, 3);
    if (messageBytes > HELLO_BYTES_MAX) return NONE;
    if (partBytes < messageBytes) continue;
    return { name: nameInHello(message.subarray(MESSAGE_HEADER_BYTES, messageBytes)) };
  }
}

function needing(neededBytes: number): ServerName {
  return neededBytes > HELLO_BYTES_MAX ? NONE : { neededBytes };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Returns the name in the body of a `ClientHello`; `null` if it has none or is malformed. */
function nameInHello(hello: Uint8Array): string | null {
  const rest = new Fields(hello);
  rest.skip(VERSION_AND_RANDOM_BYTES);
  rest.vector(1); // session id
  rest.vector(2); // cipher suites
  rest.vector(1); // compression methods
  const extensions = new Fields(rest.vector(2));
  while (extensions.isWhole && extensions.length > 0) {
    const type = extensions.number(2);
    const extension = extensions.vector(2);
    if (type === SERVER_NAME) return extensions.isWhole ? nameInList(extension) : null;
  }
  return null;
}

function nameInList(extension: Uint8Array): string | null {
  const lists = new Fields(extension);
  const list = new Fields(lists.vector(2));
  const type = list.number(1);
  const text = String.fromCharCode(...list.vector(2)).toLowerCase().replace(/\.$/, "");
  const isWhole = list.isWhole && list.length === 0 && lists.length === 0;
  const isName = isWhole && type === HOST_NAME && text.length <= HOST_NAME_CHARACTERS_MAX;
  return isName && HOST_NAME_PATTERN.test(text) ? text : null;
}

/** Reads numbers and vectors one after the other. Past the end everything is 0 or empty. */
class Fields {
  /** False once something was read past the end. */
  isWhole = true;
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  /** Number of bytes that are left. */
  get length(): number {
    return this.#rest.length;
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** Reads a number of `size` bytes. */
  number(size: number): number {
    return numberAt(this.#take(size), 0, size);
  }

  /** Reads bytes that are preceded by their number, which has `size` bytes. */
  vector(size: number): Uint8Array {
    return this.#take(this.number(size));
  }

  #take(count: number): Uint8Array {
    if (count > this.#rest.length) {
      this.isWhole = false;
      this.#rest = this.#rest.subarray(this.#rest.length);
      return new Uint8Array();
    }
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }
}

/** Returns the number of `size` bytes at `at`, the most significant byte first. */
function numberAt(bytes: Uint8Array, at: number, size: number): number {
  let number = 0;
  for (let index = at; index < at + size; index++) number = number * 256 + (bytes[index] ?? 0);
  return number;
}
