const PERCENT = 37;
const PLUS = 43;
const SPACE = 32;

/**
 * Returns the names and values of an `application/x-www-form-urlencoded` body. Values are bytes,
 * because `curl --data-urlencode image@photo.jpg` sends a file in this way.
 */
export function* pairsOf(body: Uint8Array<ArrayBuffer>): Generator<{ name: string; value: Uint8Array<ArrayBuffer> }> {
  let at = 0;
  while (at < body.length) {
    const next = body.indexOf("&".charCodeAt(0), at);
    const end = next < 0 ? body.length : next;
    const pair = body.subarray(at, end);
    at = end + 1;
    if (pair.length === 0) continue;
    const equals = pair.indexOf("=".charCodeAt(0));
    const name = equals < 0 ? pair : pair.subarray(0, equals);
    const value = equals < 0 ? new Uint8Array() : pair.subarray(equals + 1);
    yield { name: new TextDecoder().decode(decoded(name)), value: decoded(value) };
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

function hexAt(bytes: Uint8Array, at: number): number | null {
  const digits = String.fromCharCode(...bytes.subarray(at, at + 2));
  return /^[\da-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : null;
}
