import { invariant } from "../../protocol/kernel/invariant.ts";
import { type Code, i32, v128, VECTOR_BYTES } from "./instructions.ts";

/**
 * Vectors that code refers to, kept in memory: from there each is one instruction of the machine, while a vector in the code itself is
 * put together from its halves wherever it is used. Whoever writes code asks for them; what was asked for has to be in memory number 0
 * before the code runs.
 */
export class ConstantPool {
  readonly #start: number;
  readonly #end: number;
  readonly #codes = new Map<string, Code>();
  readonly #bytes: number[] = [];

  /** Their place is from the address `start` to `end`. */
  constructor({ start, end }: { start: number; end: number }) {
    this.#start = start;
    this.#end = end;
  }

  /** What has to be in memory at `start`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }

  /** Sixteen bytes. */
  i8x16(values: readonly number[]): Code {
    return this.#load(`i8x16 ${values}`, () => Uint8Array.from(values));
  }

  /** 16-bit numbers, as often as they fit. */
  i16x8(...values: readonly number[]): Code {
    return this.#load(
      `i16x8 ${values}`,
      () => Int16Array.from({ length: VECTOR_BYTES / 2 }, (_, at) => values[at % values.length]),
    );
  }

  /** A 32-bit number four times. */
  i32x4(value: number): Code {
    return this.#load(`i32x4 ${value}`, () => new Int32Array(VECTOR_BYTES / 4).fill(value));
  }

  #load(name: string, make: () => ArrayBufferView): Code {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    const { buffer, byteLength } = make();
    invariant(byteLength === VECTOR_BYTES, "a vector has sixteen bytes");
    const at = this.#start + this.#bytes.length;
    invariant(at + VECTOR_BYTES <= this.#end, "the constants have their place");
    this.#bytes.push(...new Uint8Array(buffer));
    const code = v128.load({ memory: 0, offset: at }, i32.constant(0));
    this.#codes.set(name, code);
    return code;
  }
}
