import fc from "fast-check";
import { JOINED_MEDIA_TYPE, joinedResponse, splitResponse } from "../../../protocol/http/joined_answer.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects } from "../../assert.ts";

Deno.test("splitResponse() gives back what joinedResponse() joined", async () => {
  await fc.assert(fc.asyncProperty(fc.jsonValue(), fc.uint8Array(), async (value, picture) => {
    const split = await splitResponse(joinedResponse(value, Uint8Array.from(picture)));
    assertEquals(split.json, JSON.stringify(value));
    assertEquals(split.picture, Uint8Array.from(picture));
  }));
});

Deno.test("splitResponse() leaves an answer of JSON alone", async () => {
  assertEquals(await splitResponse(Response.json({ x: 1 })), { json: '{"x":1}', picture: null });
});

Deno.test("splitResponse() refuses a length that is missing, no number, or beyond the body", async () => {
  for (const length of [undefined, "x", "-1", "1.5", "3"]) {
    const headers = { "content-type": JOINED_MEDIA_TYPE, ...(length && { "dml-json-length": length }) };
    await assertRejects(() => splitResponse(new Response("{}", { headers })), DmlError, "how long its JSON is");
  }
});
