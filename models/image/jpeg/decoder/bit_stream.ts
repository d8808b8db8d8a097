import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import { Frame, type Variable } from "../../../wasm/frame.ts";
import { type Code, control, i32, i64, i8x16, sequence, v128, VECTOR_BYTES } from "../../../wasm/instructions.ts";
import type { ExportedFunction } from "../../../wasm/module.ts";
import { MARKER_START } from "../marker.ts";
import { STATE, STATE_AT } from "./memory_map.ts";

const MARKERS = Array.from({ length: VECTOR_BYTES }, () => MARKER_START);
const BYTES = { memory: 0, offset: 0 };
const BACKWARDS = Array.from({ length: VECTOR_BYTES }, (_, index) => VECTOR_BYTES - 1 - index);

/** A field of the decoder's state. */
const stateAt = (field: keyof typeof STATE) => ({ memory: 0, offset: STATE_AT + STATE[field] });

/**
 * `unstuff(from)`: copies the bits of a scan from there to where `STATE.target` says, without the zeros that follow each byte of
 * ones (T.81, F.1.2.3), up to a marker, and answers where that is. The bytes are written downwards, each below the one before: so
 * eight of them, read as a little-endian number, are the next 64 bits with the first one highest.
 */
export function unstuffFunction(pool: ConstantPool): ExportedFunction {
  const frame = new Frame();
  const from = frame.parameter("i32");
  const [target, found, plain] = frame.localList("i32", 3);
  const bytes = frame.local("v128");
  const advance = (variable: Variable, by: Code) => variable.set(i32.add(variable.get, by));
  const retreat = (by: Code) => target.set(i32.subtract(target.get, by));
  const body = sequence(
    target.set(i32.load(stateAt("target"), i32.constant(0))),
    control.repeat(sequence(
      bytes.set(v128.load(BYTES, from.get)),
      v128.store(
        BYTES,
        i32.subtract(target.get, i32.constant(VECTOR_BYTES)),
        i8x16.shuffle(bytes.get, bytes.get, BACKWARDS),
      ),
      found.set(
        i8x16.bitmask(i8x16.isEqual(bytes.get, pool.i8x16(MARKERS))),
      ),
      // What was written beyond the plain bytes is written over by those that follow.
      plain.set(i32.trailingZeros(i32.or(found.get, i32.constant(1 << VECTOR_BYTES)))),
      advance(from, plain.get),
      retreat(plain.get),
      control.branchIf(0, i32.isZero(found.get)),
      control.if(
        i32.isZero(i32.load8Unsigned({ memory: 0, offset: 1 }, from.get)),
        sequence(
          retreat(i32.constant(1)),
          i32.store8(BYTES, target.get, i32.constant(MARKER_START)),
          advance(from, i32.constant(2)),
          control.branch(1),
        ),
      ),
    )),
    i32.store(stateAt("target"), i32.constant(0), target.get),
    from.get,
  );
  return { name: "unstuff", result: "i32", parameters: frame.parameters, locals: frame.locals, body };
}

/** The next bits of the scan in variables of a function: at least `count` good ones, the next one highest. */
export class BitStream {
  readonly #bits: Variable;
  readonly #count: Variable;
  readonly #at: Variable;

  constructor(frame: Frame) {
    this.#bits = frame.local("i64");
    this.#count = frame.local("i32");
    this.#at = frame.local("i32");
  }

  open(): Code {
    return sequence(
      this.#bits.set(i64.load(stateAt("bits"), i32.constant(0))),
      this.#count.set(i32.load(stateAt("count"), i32.constant(0))),
      this.#at.set(i32.load(stateAt("at"), i32.constant(0))),
    );
  }

  close(): Code {
    return sequence(
      i64.store(stateAt("bits"), i32.constant(0), this.#bits.get),
      i32.store(stateAt("count"), i32.constant(0), this.#count.get),
      i32.store(stateAt("at"), i32.constant(0), this.#at.get),
    );
  }

  /** At least 56 bits are good afterwards. Bits that are there already are put there once more, which changes nothing. */
  refill(): Code {
    const [bits, count, at] = [this.#bits, this.#count, this.#at];
    const next = i64.shiftRightUnsigned(i64.load(BYTES, at.get), i64.extendI32Unsigned(count.get));
    const bytes = i32.shiftRightUnsigned(i32.xor(count.get, i32.constant(63)), i32.constant(3));
    return sequence(
      bits.set(i64.or(bits.get, next)),
      at.set(i32.subtract(at.get, bytes)),
      count.set(i32.or(count.get, i32.constant(56))),
    );
  }

  refillBelow(bits: number): Code {
    return control.if(i32.isLessUnsigned(this.#count.get, i32.constant(bits)), this.refill());
  }

  /** The next `count` bits, at least one. */
  peek(count: number): Code {
    return i32.wrapI64(i64.shiftRightUnsigned(this.#bits.get, i64.constant(64 - count)));
  }

  /** The next bits, as many as `count` says, 0 included. */
  peekSome(count: Code): Code {
    const halved = i64.shiftRightUnsigned(this.#bits.get, i64.constant(1));
    const rest = i32.subtract(i32.constant(63), count);
    return i32.wrapI64(i64.shiftRightUnsigned(halved, i64.extendI32Unsigned(rest)));
  }

  /** The next bit, 32 times. */
  peekSpread(): Code {
    return i32.wrapI64(i64.shiftRightSigned(this.#bits.get, i64.constant(63)));
  }

  skip(count: Code): Code {
    return sequence(
      this.#bits.set(i64.shiftLeft(this.#bits.get, i64.extendI32Unsigned(count))),
      this.#count.set(i32.subtract(this.#count.get, count)),
    );
  }

  /** Whether more bits were taken than there are. */
  isOverdrawn(): Code {
    const left = i32.add(i32.shiftLeft(this.#at.get, i32.constant(3)), this.#count.get);
    return i32.isLessUnsigned(left, i32.load(stateAt("limit"), i32.constant(0)));
  }
}
