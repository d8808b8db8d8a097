import { assertEquals, assertStringIncludes } from "../../../assert.ts";
import { MasterFixture } from "../../master_fixture.ts";
import { ask, problemIn } from "../http_fixture.ts";

const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function statusAndText(answer: Promise<Response>): Promise<[number, string]> {
  const response = await answer;
  return [response.status, await response.text()];
}

Deno.test("GET / is the page for clients that accept HTML, and nothing for the others", async () => {
  await using fixture = await MasterFixture.start();
  const [status, text] = await statusAndText(ask(fixture.master, "/", { headers: HTML }));
  assertEquals(status, 200);
  assertStringIncludes(text, 'src="/page/page.js"');
  for (const accept of ["", "*/*", "application/json", "text/html;q=0"]) {
    assertEquals((await problemIn(ask(fixture.master, "/", { headers: { accept } }))).code, "not_found");
  }
  assertEquals((await problemIn(ask(fixture.master, "/", { headers: HTML, method: "POST" }))).status, 405);
});

Deno.test("every file of the page forbids code and styles that are not files of the master", async () => {
  await using fixture = await MasterFixture.start();
  for (const name of ["page.js", "page.css", "icon.svg"]) {
    const response = await ask(fixture.master, `/page/${name}`);
    await response.body?.cancel();
    const policy = response.headers.get("content-security-policy") ?? "";
    assertStringIncludes(policy, "default-src 'none'");
    assertEquals(/unsafe|https?:|\*/.test(policy), false, policy);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  }
  assertEquals((await problemIn(ask(fixture.master, "/page/other.js"))).code, "not_found");
});

Deno.test("GET /page/page.js is compressed if it may be, and not sent again if it is known", async () => {
  await using fixture = await MasterFixture.start();
  const plain = await ask(fixture.master, "/page/page.js");
  const bytes = new Uint8Array(await plain.arrayBuffer());
  const compressed = await ask(fixture.master, "/page/page.js", { headers: { "accept-encoding": "gzip, br" } });
  assertEquals(compressed.headers.get("content-encoding"), "gzip");
  const unpacked = compressed.body!.pipeThrough(new DecompressionStream("gzip"));
  assertEquals(new Uint8Array(await new Response(unpacked).arrayBuffer()), bytes);
  const headers = { "if-none-match": plain.headers.get("etag")! };
  assertEquals(await statusAndText(ask(fixture.master, "/page/page.js", { headers })), [304, ""]);
});
