import { deflated, wantedFormat, withInflated } from "../../../../../master/http/dialects/v2/compression.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertRejects } from "../../../../assert.ts";

/** Memory that is reserved at the time, and the most that was. */
class Memory {
  now = 0;
  most = 0;
  readonly reserve = (bytes: number) => {
    this.now += bytes;
    this.most = Math.max(this.most, this.now);
    return Promise.resolve(() => {
      this.now -= bytes;
    });
  };
}

const BODY = new Uint8Array(300_000).fill(7);

Deno.test("withInflated() returns what deflated() compressed, while memory for it is reserved", async () => {
  for (const encoding of ["gzip", "deflate", " GZIP "]) {
    const memory = new Memory();
    const body = await deflated(BODY, encoding === "deflate" ? "deflate" : "gzip");
    assert(body.length < 2_000);
    const inside = await withInflated(body, { encoding, reserve: memory.reserve }, (plain) => {
      assertEquals(plain, BODY);
      return Promise.resolve(memory.now);
    });
    assertEquals([inside, memory.now], [BODY.length, 0]);
  }
  for (const encoding of [null, "identity", ""]) {
    const { reserve } = new Memory();
    assertEquals(await withInflated(BODY, { encoding, reserve }, (plain) => Promise.resolve(plain === BODY)), true);
  }
});

Deno.test("withInflated() refuses damage, other ways to compress, and a body that grows too large", async () => {
  const memory = new Memory();
  const inflate = (body: Uint8Array<ArrayBuffer>, encoding: string) =>
    withInflated(body, { encoding, reserve: memory.reserve }, () => Promise.resolve());
  const body = await deflated(BODY, "gzip");
  for (const [bytes, encoding] of [[BODY, "gzip"], [body.slice(0, -9), "gzip"], [body, "br"]] as const) {
    assertEquals((await assertRejects(() => inflate(bytes, encoding), DmlError)).code, "request_invalid");
  }
  const bomb = await deflated(new Uint8Array(LIMITS.imageBytesMax + 1), "gzip");
  assertEquals((await assertRejects(() => inflate(bomb, "gzip"), DmlError)).code, "image_too_large");
  assertEquals(memory.now, 0);
  assert(memory.most <= LIMITS.imageBytesMax, "no more is reserved than a body may have");
});

Deno.test("wantedFormat() is what a request names alone", () => {
  const wanted = ["gzip", "Deflate", "gzip, deflate", "br", "*", "", null].map(wantedFormat);
  assertEquals(wanted, ["gzip", "deflate", null, null, null, null, null]);
});
