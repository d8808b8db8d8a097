import fc from "fast-check";
import { zeroTinyWeights } from "../../../models/onnx/tiny_weights.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "../../assert.ts";
import { floats, message, type WrittenField } from "./protobuf_writer.ts";
import { concat } from "../../../protocol/kernel/concat.ts";

const FLOAT32 = 1;
const FLOAT64 = 11;

/** Returns a tensor with its weights in `raw_data`. */
function tensor(weights: Uint8Array, dataType = FLOAT32): Uint8Array<ArrayBuffer> {
  return message({ number: 2, varint: dataType }, { number: 9, bytes: weights });
}

function graph(...initializers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return message(...initializers.map((bytes) => ({ number: 5, bytes })));
}

function model(graphBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return message({ number: 1, varint: 7 }, { number: 7, bytes: graphBytes });
}

function nodeWith(attribute: WrittenField): Uint8Array<ArrayBuffer> {
  return message({ number: 4, bytes: new TextEncoder().encode("Op") }, {
    number: 5,
    bytes: message(attribute),
  });
}

function withNode(node: Uint8Array): Uint8Array<ArrayBuffer> {
  return message({ number: 1, bytes: node });
}

const TINY = floats(1e-13, 2, -1e-20);
const TINY_ZEROED = floats(0, 2, 0);

Deno.test("zeroTinyWeights() zeroes exactly the weights between zero and 1e-12", () => {
  fc.assert(fc.property(
    fc.array(
      fc.oneof(
        fc.float({ noNaN: true }),
        fc.float({ min: Math.fround(-1e-11), max: Math.fround(1e-11), noNaN: true }),
        fc.constantFrom(0, -0, Infinity, -Infinity),
      ),
      { minLength: 2, maxLength: 50 },
    ),
    (weights) => {
      const limit = Math.fround(1e-12);
      const isTiny = (weight: number) => weight !== 0 && Math.abs(weight) < limit;
      const bytes = model(graph(tensor(floats(...weights))));
      const expected = weights.map((weight) => isTiny(weight) ? 0 : weight);
      const outcome = zeroTinyWeights(bytes);
      assertEquals(outcome.bytes, model(graph(tensor(floats(...expected)))));
      assertEquals(outcome.zeroed, weights.filter(isTiny).length);
    },
  ));
});

Deno.test("zeroTinyWeights() changes the bytes in place at any offset, and nothing when called again", () => {
  const room = concat([new Uint8Array(3), model(graph(tensor(TINY)))]);
  const bytes = room.subarray(3);
  const first = zeroTinyWeights(bytes);
  assertStrictEquals(first.bytes, bytes);
  assertEquals(first.zeroed, 2);
  assertEquals(room, concat([new Uint8Array(3), model(graph(tensor(TINY_ZEROED)))]));
  assertEquals(zeroTinyWeights(bytes).zeroed, 0);
});

Deno.test("zeroTinyWeights() reads weights in float_data, packed and unpacked", () => {
  const form = (one: Uint8Array, rest: readonly Uint8Array[]) =>
    model(graph(message(
      { number: 2, varint: FLOAT32 },
      { number: 4, bytes: one },
      ...rest.map((fixed) => ({ number: 4, fixed })),
    )));
  const bytes = form(TINY, [floats(1e-30), floats(3)]);
  assertEquals(zeroTinyWeights(bytes).zeroed, 3);
  assertEquals(bytes, form(TINY_ZEROED, [floats(0), floats(3)]));
});

Deno.test("zeroTinyWeights() finds the weights in any order of a tensor's fields", () => {
  const bytes = model(graph(message({ number: 9, bytes: TINY }, { number: 2, varint: FLOAT32 })));
  assertEquals(zeroTinyWeights(bytes).zeroed, 2);
});

Deno.test("zeroTinyWeights() finds constants and the subgraphs of branches and loops", () => {
  const constant = model(withNode(nodeWith({ number: 5, bytes: tensor(TINY) })));
  assertEquals(zeroTinyWeights(constant).zeroed, 2);
  const branch = model(withNode(nodeWith({ number: 6, bytes: graph(tensor(TINY)) })));
  assertEquals(zeroTinyWeights(branch).zeroed, 2);
  const branches = model(withNode(nodeWith({ number: 11, bytes: graph(tensor(TINY)) })));
  assertEquals(zeroTinyWeights(branches).zeroed, 2);
});

Deno.test("zeroTinyWeights() leaves other types and tensors of one number alone", () => {
  for (const untouched of [tensor(TINY, FLOAT64), tensor(floats(1e-15)), message()]) {
    const bytes = model(graph(untouched));
    const before = bytes.slice();
    assertEquals(zeroTinyWeights(bytes).zeroed, 0);
    assertEquals(bytes, before);
  }
});

Deno.test("zeroTinyWeights() refuses a file that is not ONNX", () => {
  let nested = graph(tensor(TINY));
  for (let depth = 0; depth < 200; depth++) nested = withNode(nodeWith({ number: 6, bytes: nested }));
  const hostile = [
    new Uint8Array(0),
    new TextEncoder().encode("this is a text, not a model"),
    message({ number: 1, varint: 7 }),
    model(graph(tensor(TINY.subarray(0, 7)))),
    model(nested),
  ];
  for (const bytes of hostile) {
    const error = assertThrows(() => zeroTinyWeights(bytes), DmlError);
    assertEquals(error.code, "model_invalid");
  }
});

Deno.test("zeroTinyWeights() refuses a file truncated anywhere inside its graph", () => {
  const whole = model(concat([
    graph(tensor(TINY)),
    withNode(nodeWith({ number: 5, bytes: tensor(TINY) })),
  ]));
  for (let length = 0; length < whole.length; length++) {
    const error = assertThrows(() => zeroTinyWeights(whole.slice(0, length)), DmlError);
    assertEquals(error.code, "model_invalid", `at ${length}`);
  }
});

Deno.test("zeroTinyWeights() returns a file of the same size or throws its own error for a damaged file", () => {
  const whole = model(concat([
    graph(tensor(TINY), tensor(floats(1, 2, 3))),
    withNode(nodeWith({ number: 6, bytes: graph(tensor(TINY)) })),
  ]));
  fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
    const bytes = whole.slice();
    bytes[at] = value;
    try {
      assertEquals(zeroTinyWeights(bytes).bytes.length, whole.length);
    } catch (error) {
      assert(error instanceof DmlError && error.code === "model_invalid");
    }
  }));
});
