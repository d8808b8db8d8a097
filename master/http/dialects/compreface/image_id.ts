import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { BASE_32 } from "../../../../protocol/security/roles.ts";

const FACE_ID = /^face_([0-9a-hjkmnp-tv-z]{20})$/;
/** A UUID of version 8, whose free bits are those of an id (RFC 9562, 5.8). */
const IMAGE_ID = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{7})00000$/;
const BITS_PER_CHARACTER = 5n;
const HEX_DIGITS = 25;

/**
 * Returns the id of a face as a UUID, the only form that the clients take. The same face always has
 * the same one, which {@linkcode faceIdOf} turns back.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(imageIdOf("face_00000000000000000001"), "00000000-0000-8000-8000-000000100000");
 * ```
 */
export function imageIdOf(faceId: string): string {
  const [, characters = ""] = FACE_ID.exec(faceId) ?? [];
  const bits = [...characters].reduce((sum, character) => {
    return (sum << BITS_PER_CHARACTER) | BigInt(BASE_32.indexOf(character));
  }, 0n);
  const hex = bits.toString(16).padStart(HEX_DIGITS, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18)}00000`;
}

/** Returns the id of the face that a UUID stands for. Throws `face_unknown` if it stands for none. */
export function faceIdOf(imageId: string): string {
  const [, ...groups] = IMAGE_ID.exec(imageId.toLowerCase()) ?? [];
  if (groups.length === 0) throw new DmlError("face_unknown", `There is no picture ${imageId.slice(0, 64)}.`);
  let bits = BigInt(`0x${groups.join("")}`);
  let characters = "";
  for (let index = 0; index < 20; index++) {
    characters = BASE_32[Number(bits & 31n)] + characters;
    bits >>= BITS_PER_CHARACTER;
  }
  return `face_${characters}`;
}
