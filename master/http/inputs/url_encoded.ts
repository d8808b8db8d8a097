const PERCENT = 37;
const AMPERSAND = 38;
const EQUALS = 61;
const PLUS = 43;
const SPACE = 32;

/**
 * Returns the names and values of an `application/x-www-form-urlencoded` body. Values are bytes,
 * because `curl --data-urlencode image@photo.jpg` sends a file in this way.
 */
export function* pairsOf(body: Uint8Array<ArrayBuffer>): Generator<{ name: string; value: Uint8Array<ArrayBuffer> }> {
  let start = 0;
  let equals = -1;
  // A plain loop, because a body may consist of separators.
  for (let at = 0; at <= body.length; at++) {
    if (body[at] === EQUALS && equals < 0) equals = at;
    if (at < body.length && body[at] !== AMPERSAND) continue;
    const nameEnd = equals < 0 ? at : equals;
    if (at > start) {
      const name = new TextDecoder().decode(decoded(body.subarray(start, nameEnd)));
      yield { name, value: decoded(body.subarray(Math.min(at, nameEnd + 1), at)) };
    }
    start = at + 1;
    equals = -1;
  }
}

/** Returns a copy of `encoded` in which `%41` is one byte and `+` a space. */
function decoded(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at++) {
    const byte = encoded[at];
    const value = byte === PERCENT ? hexAt(encoded, at + 1) : null;
    if (value !== null) at += 2;
    bytes[length++] = value ?? (byte === PLUS ? SPACE : byte);
  }
  return bytes.subarray(0, length);
}

/** Returns the byte that two hexadecimal digits stand for; `null` if they are none. */
function hexAt(bytes: Uint8Array, at: number): number | null {
  const high = digitOf(bytes[at]);
  const low = high === null ? null : digitOf(bytes[at + 1]);
  return high === null || low === null ? null : high * 16 + low;
}

function digitOf(code: number | undefined): number | null {
  if (code === undefined) return null;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : null;
}
