import { invariant } from "../../../protocol/kernel/invariant.ts";
import { type Code, i32, v128 } from "../../wasm/instructions.ts";
import { CONSTANTS_AT, STATE_AT, VECTOR_BYTES } from "./memory_map.ts";

/**
 * Vectors that code needs, kept in the memory: reading one there takes one instruction, making one takes three. Whoever writes code
 * asks for them; what was asked for is copied into the memory before the code runs.
 */
export class Constants {
  readonly #vectors: (Int32Array | Int16Array | Uint8Array)[] = [];
  readonly #codes = new Map<string, Code>();

  /** Four times `value`, 32 bits. */
  i32x4(value: number): Code {
    return this.#load(`i32x4 ${value}`, () => new Int32Array(4).fill(value));
  }

  /** Eight times `value`, 16 bits. */
  i16x8(value: number): Code {
    return this.#load(`i16x8 ${value}`, () => new Int16Array(8).fill(value));
  }

  /** Four times the same pair of 16-bit numbers. */
  pair(first: number, second: number): Code {
    return this.#load(
      `pair ${first} ${second}`,
      () => Int16Array.from({ length: 8 }, (_, lane) => lane % 2 === 0 ? first : second),
    );
  }

  i8x16(values: readonly number[]): Code {
    return this.#load(`i8x16 ${values}`, () => Uint8Array.from(values));
  }

  /** To be copied to {@linkcode CONSTANTS_AT}. */
  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#vectors.length * VECTOR_BYTES);
    invariant(bytes.length <= STATE_AT - CONSTANTS_AT, "the constants have their place");
    this.#vectors.forEach(({ buffer }, index) => bytes.set(new Uint8Array(buffer), index * VECTOR_BYTES));
    return bytes;
  }

  #load(name: string, make: () => Int32Array | Int16Array | Uint8Array): Code {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    const index = this.#vectors.push(make()) - 1;
    const code = v128.load({ memory: 0, offset: CONSTANTS_AT + index * VECTOR_BYTES }, i32.constant(0));
    this.#codes.set(name, code);
    return code;
  }
}
