import { sizedBody } from "../../../protocol/http/sized_body.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assertEquals, assertRejects } from "../../assert.ts";

const BYTES = new TextEncoder().encode("a picture");

/** An answer that announces `length` bytes; `null` if it announces none. */
function answerOf(length: number | null): Response {
  return new Response(BYTES, { headers: length === null ? {} : { "content-length": String(length) } });
}

Deno.test("sizedBody() reads what is announced, and does not read what is too much or of unknown size", async () => {
  assertEquals(await sizedBody(answerOf(BYTES.length)), BYTES);
  const refused = [[LIMITS.modelBytesMax + 1, "blob_too_large"], [NaN, "blob_too_large"], [
    null,
    "request_invalid",
  ]] as const;
  for (const [length, code] of refused) {
    const response = answerOf(length);
    assertEquals((await assertRejects(() => sizedBody(response), DmlError)).code, code);
    assertEquals(response.bodyUsed, true, "nothing waits to be read");
  }
});
