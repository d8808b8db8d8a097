import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import { Frame, type Variable } from "../../../wasm/frame.ts";
import { type Code, control, i32, i8x16, sequence, v128, VECTOR_BYTES } from "../../../wasm/instructions.ts";
import type { ExportedFunction } from "../../../wasm/module.ts";
import { MARKER_START } from "../marker.ts";
import { BYTES_AT, WORDS_AT } from "./memory_map.ts";

const memory = 0;
const FRAME = new Frame();
const COUNT = FRAME.parameter("i32");
const [FROM, TO, STOP, BYTE] = FRAME.localList("i32", 4);
const BYTES = FRAME.local("v128");

/**
 * `stuff(count)`: the first `count` bytes of the words as bytes of the file, a zero after each that could be taken for the beginning
 * of a marker (T.81, F.1.2.3). Answers how many they are then.
 */
export function stuffFunction(pool: ConstantPool): ExportedFunction {
  // Words hold their first bit in their last byte.
  const inOrder = pool.i8x16([0, 4, 8, 12].flatMap((word) => [3, 2, 1, 0].map((byte) => word + byte)));
  const hasMarker = i8x16.bitmask(i8x16.isEqual(BYTES.get, pool.i8x16(new Array(VECTOR_BYTES).fill(MARKER_START))));
  const stopAfter = (count: Code) => STOP.set(i32.add(FROM.get, count));
  const body = sequence(
    TO.set(i32.constant(BYTES_AT)),
    control.while(
      i32.isLessUnsigned(i32.add(FROM.get, i32.constant(VECTOR_BYTES - 1)), COUNT.get),
      sequence(
        BYTES.set(i8x16.swizzle(v128.load({ memory, offset: WORDS_AT }, FROM.get), inOrder)),
        control.ifElse(
          hasMarker,
          sequence(
            stopAfter(i32.constant(VECTOR_BYTES)),
            copyBytes(),
          ),
          sequence(
            v128.store({ memory, offset: 0 }, TO.get, BYTES.get),
            FROM.set(i32.add(FROM.get, i32.constant(VECTOR_BYTES))),
            TO.set(i32.add(TO.get, i32.constant(VECTOR_BYTES))),
          ),
        ),
      ),
    ),
    STOP.set(COUNT.get),
    copyBytes(),
    i32.subtract(TO.get, i32.constant(BYTES_AT)),
  );
  return { name: "stuff", parameters: FRAME.parameters, result: "i32", locals: FRAME.locals, body };
}

/** Byte by byte up to STOP. */
function copyBytes(): Code {
  const last = i32.xor(FROM.get, i32.constant(3));
  const next = (place: Variable) => place.set(i32.add(place.get, i32.constant(1)));
  return control.while(
    i32.isLessUnsigned(FROM.get, STOP.get),
    sequence(
      BYTE.set(i32.load8Unsigned({ memory, offset: WORDS_AT }, last)),
      i32.store8({ memory, offset: 0 }, TO.get, BYTE.get),
      next(TO),
      next(FROM),
      control.if(
        i32.isEqual(BYTE.get, i32.constant(MARKER_START)),
        sequence(
          i32.store8({ memory, offset: 0 }, TO.get, i32.constant(0)),
          next(TO),
        ),
      ),
    ),
  );
}
