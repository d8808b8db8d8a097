import { invariant } from "../../../protocol/kernel/invariant.ts";
import { type Code, i32, v128 } from "../../wasm/instructions.ts";
import { CONSTANTS_AT, CONSTANTS_MAX, VECTOR_BYTES } from "./memory_layout.ts";

/**
 * Vectors that code refers to, kept in memory: from there each is one instruction of the machine, while a vector in the code itself is
 * put together from its halves wherever it is used.
 */
export class ConstantPool {
  readonly #offsets = new Map<string, number>();
  readonly #bytes: number[] = [];

  /** What has to be in memory at {@linkcode CONSTANTS_AT}. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }

  /** Sixteen bytes. */
  bytes16(values: readonly number[]): Code {
    const key = values.join();
    let offset = this.#offsets.get(key);
    if (offset === undefined) {
      offset = this.#bytes.length;
      this.#bytes.push(...values);
      this.#offsets.set(key, offset);
      invariant(values.length === VECTOR_BYTES, "a vector has sixteen bytes");
      invariant(this.#bytes.length <= CONSTANTS_MAX * VECTOR_BYTES, "there is room for all constants");
    }
    return v128.load({ memory: 0, offset: CONSTANTS_AT + offset }, i32.constant(0));
  }

  /** 16-bit numbers, as often as they fit. */
  i16x8(...values: readonly number[]): Code {
    return this.bytes16([
      ...new Uint8Array(Int16Array.from({ length: 8 }, (_, at) => values[at % values.length]).buffer),
    ]);
  }

  /** A 32-bit number four times. */
  i32x4(value: number): Code {
    return this.bytes16([...new Uint8Array(new Int32Array(4).fill(value).buffer)]);
  }
}
