import fc from "fast-check";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { decodeMessage, encodeMessage } from "../../../protocol/wire/codec.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { SAMPLE_MESSAGES } from "../sample_messages.ts";

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Returns the error with which `decodeMessage` refuses `payload`. Throws if it does not. */
function refusal(payload: string | Uint8Array): DmlError {
  const bytes = typeof payload === "string" ? bytesOf(payload) : payload;
  return assertThrows(() => decodeMessage(bytes), DmlError);
}

Deno.test("decodeMessage() gives back every type that encodeMessage() made", () => {
  for (const message of Object.values(SAMPLE_MESSAGES)) {
    assertEquals(decodeMessage(encodeMessage(message)), message);
  }
});

Deno.test("decodeMessage() gives back any text, lone surrogates included", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 500 }), (reason) => {
    const message = { ...SAMPLE_MESSAGES.goodbye, reason };
    assertEquals(decodeMessage(encodeMessage(message)), message);
  }));
  const message = { ...SAMPLE_MESSAGES.goodbye, reason: "\ud800 and \udc00" };
  assertEquals(decodeMessage(encodeMessage(message)), message);
});

Deno.test("decodeMessage() refuses what is not a JSON object in UTF-8", () => {
  const hostile = [
    "",
    " ",
    "{",
    "null",
    "1",
    `"ping"`,
    "[]",
    `[{"type":"ping"}]`,
    `{"type":"ping"}{"type":"ping"}`,
    `\ufeff{"type":"ping"}`,
    `{"type":"ping"}\0`,
    "{'type':'ping'}",
    `{"type":NaN}`,
    "[".repeat(LIMITS.frameBytesMax),
    `{"type":`.repeat(100_000),
    new Uint8Array([0xff, 0xfe]),
    new Uint8Array([...bytesOf(`{"type":"`), 0xed, 0xa0, 0x80, ...bytesOf(`"}`)]),
    new Uint8Array([...bytesOf(`{"type":"ping"}`), 0xc3]),
    new Uint8Array(LIMITS.frameBytesMax),
  ];
  for (const payload of hostile) assertEquals(refusal(payload).code, "message_invalid");
});

Deno.test("decodeMessage() refuses a message without a type", () => {
  for (const payload of ["{}", `{"type":1}`, `{"type":null}`, `{"__proto__":{"type":"ping"}}`]) {
    assertEquals(refusal(payload).code, "message_invalid");
  }
});

Deno.test("decodeMessage() says which type it does not know, however long that is", () => {
  for (const type of ["task.explode", "__proto__", "constructor", "toString", "", "Ping"]) {
    const error = refusal(JSON.stringify({ type }));
    assertEquals(error.code, "message_unknown");
    assertStringIncludes(error.message, JSON.stringify(type));
  }
  const error = refusal(JSON.stringify({ type: "x".repeat(500_000) }));
  assertEquals(error.code, "message_unknown");
  assert(error.message.length < 200);
});

Deno.test("decodeMessage() names type and field of what breaks the schema", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ ...SAMPLE_MESSAGES["task.cancel"], attempt: "1" }, "task.cancel message is not valid: attempt"],
    [{ ...SAMPLE_MESSAGES["task.cancel"], attempt: 1e308 }, "task.cancel message is not valid: attempt"],
    [{ ...SAMPLE_MESSAGES["task.cancel"], attempt: 1.5 }, "task.cancel message is not valid: attempt"],
    [{ ...SAMPLE_MESSAGES["task.cancel"], taskId: "../../x" }, "taskId"],
    [{ ...SAMPLE_MESSAGES["task.assign"], image: { digest: "sha256:", size: 1 } }, "image.digest"],
    [{ ...SAMPLE_MESSAGES["task.assign"], options: null }, "options"],
    [{ ...SAMPLE_MESSAGES.ping, extra: true }, `"extra"`],
    [{ ...SAMPLE_MESSAGES.hello, cached: Array(100_000).fill(1) }, "cached"],
    [{ type: "goodbye" }, "goodbye message is not valid: code"],
  ];
  for (const [value, sentence] of cases) {
    const error = refusal(JSON.stringify(value));
    assertEquals(error.code, "message_invalid");
    assertStringIncludes(error.message, sentence);
  }
});

Deno.test("decodeMessage() lets no message bring a prototype or a number that is not one", () => {
  assertEquals(refusal(`{"type":"ping","__proto__":{"polluted":1}}`).code, "message_invalid");
  assertEquals(refusal(`{"type":"task.cancel","attempt":1e999}`).code, "message_invalid");
  assertEquals("polluted" in {}, false);
});

Deno.test("decodeMessage() refuses in a short sentence however much is wrong", () => {
  const keys = Array.from({ length: 50_000 }, (_, index) => `"key${index}":0`).join(",");
  const nested = "[".repeat(400_000) + "]".repeat(400_000);
  for (const payload of [`{"type":"ping",${keys}}`, `{"type":"ping","a":${nested}}`]) {
    const error = refusal(payload);
    assertEquals(error.code, "message_invalid");
    assert(error.message.length < 500);
  }
});

Deno.test("decodeMessage() throws nothing but a DmlError, whatever it is fed", () => {
  const text = JSON.stringify(SAMPLE_MESSAGES["task.result"]);
  const damaged = fc.tuple(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 10 })).map((
    [start, removed, inserted],
  ) => bytesOf(text.slice(0, start) + inserted + text.slice(start + removed)));
  const typed = fc.tuple(
    fc.constantFrom(...Object.keys(SAMPLE_MESSAGES)),
    fc.dictionary(
      fc.string(),
      fc.jsonValue(),
    ),
  ).map(([type, rest]) => bytesOf(JSON.stringify({ ...rest, type })));
  const json = fc.json().map(bytesOf);
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), json, typed, damaged), (payload) => {
      try {
        decodeMessage(payload);
      } catch (error) {
        assert(error instanceof DmlError);
        assert(error.code === "message_invalid" || error.code === "message_unknown");
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("decodeMessage() tells another version of the protocol from a broken hello", () => {
  const { hello } = SAMPLE_MESSAGES;
  const future = { ...hello, protocol: { min: 7, max: 9, flavour: "new" }, somethingNew: [1] };
  const error = refusal(JSON.stringify(future));
  assertEquals(error.code, "protocol_version");
  assertStringIncludes(error.message, "7 to 9");
  assertEquals(refusal(JSON.stringify({ ...hello, somethingNew: 1 })).code, "message_invalid");
  assertEquals(refusal(JSON.stringify({ ...hello, protocol: 1 })).code, "message_invalid");
});

Deno.test("encodeMessage() refuses what the other side would refuse", () => {
  const wrong: Message[] = [
    { ...SAMPLE_MESSAGES["task.result"], serviceMs: NaN },
    { ...SAMPLE_MESSAGES["model.ready"], imagesPerSecond: Infinity },
    { ...SAMPLE_MESSAGES.goodbye, reason: "x".repeat(2_001) },
  ];
  for (const message of wrong) {
    const error = assertThrows(() => encodeMessage(message), DmlError, message.type);
    assertEquals(error.code, "message_invalid");
  }
});

Deno.test("encodeMessage() carries the largest crowd with an embedding of each face", () => {
  const result = SAMPLE_MESSAGES["task.result"];
  const [person] = result.prediction.persons;
  const embedding = Array.from({ length: 512 }, (_, index) => Math.round(Math.sin(index) * 1e6) / 1e7);
  const persons = Array(LIMITS.personsMax).fill({ ...person, embedding });
  const message = { ...result, prediction: { ...result.prediction, persons } };
  assertEquals(decodeMessage(encodeMessage(message)), message);
});

Deno.test("encodeMessage() refuses a message over the limit of a frame", () => {
  const result = SAMPLE_MESSAGES["task.result"];
  const [person] = result.prediction.persons;
  const embedding = Array.from({ length: 1_024 }, (_, index) => Math.sin(index));
  const persons = Array(LIMITS.personsMax).fill({ ...person, embedding });
  const error = assertThrows(
    () => encodeMessage({ ...result, prediction: { ...result.prediction, persons } }),
    DmlError,
    "A task.result message of",
  );
  assertEquals(error.code, "frame_too_large");
});
