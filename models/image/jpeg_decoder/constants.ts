import { type Code, i32, v128 } from "../../wasm/instructions.ts";
import { CONSTANTS_AT, VECTOR_BYTES } from "./memory_map.ts";

/**
 * Vectors that code needs, kept in the memory: reading one there takes one instruction, making one takes three. Whoever writes code
 * asks for them; what was asked for is copied into the memory before the code runs.
 */
export class Constants {
  readonly #vectors: Uint8Array[] = [];

  /** Four times `value`, 32 bits. */
  i32x4(value: number): Code {
    return this.#add(new Uint8Array(new Int32Array(4).fill(value).buffer));
  }

  /** Eight times `value`, 16 bits. */
  i16x8(value: number): Code {
    return this.#add(new Uint8Array(new Int16Array(8).fill(value).buffer));
  }

  /** Four times the same pair of 16-bit numbers. */
  pair(first: number, second: number): Code {
    return this.#add(
      new Uint8Array(Int16Array.from([first, second, first, second, first, second, first, second]).buffer),
    );
  }

  i8x16(values: readonly number[]): Code {
    return this.#add(Uint8Array.from(values));
  }

  /** To be copied to {@linkcode CONSTANTS_AT}. */
  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#vectors.length * VECTOR_BYTES);
    this.#vectors.forEach((vector, index) => bytes.set(vector, index * VECTOR_BYTES));
    return bytes;
  }

  #add(vector: Uint8Array): Code {
    const known = this.#vectors.findIndex((other) => other.every((byte, at) => byte === vector[at]));
    const index = known === -1 ? this.#vectors.push(vector) - 1 : known;
    return v128.load({ memory: 0, offset: CONSTANTS_AT + index * VECTOR_BYTES }, i32.constant(0));
  }
}
