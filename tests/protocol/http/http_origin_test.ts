import { HttpOrigin } from "../../../protocol/http/http_origin.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { closedPort } from "../../user/model_sources/closed_port.ts";

const BODY = "a picture";
const ANSWER = new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

function serve(hostname: string, handler: (request: Request) => Response): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname, port: 0, onListen: () => {} }, handler);
}

/** Answers each request over a connection of its own, and closes that without notice. */
async function answerAndClose(listener: Deno.Listener): Promise<void> {
  for await (const connection of listener) {
    using _ = connection;
    const buffer = new Uint8Array(4_096);
    let text = "";
    while (!text.endsWith(BODY)) {
      const count = await connection.read(buffer);
      assert(count !== null, "the request comes whole");
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
    await connection.write(ANSWER);
  }
}

Deno.test("HttpOrigin goes to the server itself, whatever proxy the environment names", async () => {
  let asked = 0;
  await using server = serve("127.0.0.1", () => {
    asked++;
    return new Response("ok");
  });
  const proxy = `http://127.0.0.1:${closedPort()}`;
  const module = new URL("./ask_origin.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", module, `http://127.0.0.1:${server.addr.port}`],
    env: { HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy, NO_PROXY: "", no_proxy: "" },
    stderr: "inherit",
  }).output();
  assertEquals([code, new TextDecoder().decode(stdout).trim(), asked], [0, "ok", 1]);
});

Deno.test("HttpOrigin takes the address of an IPv6 host", async () => {
  await using server = serve("::1", () => new Response("ok"));
  using origin = new HttpOrigin(`http://[::1]:${server.addr.port}/`);
  assertEquals(origin.baseUrl, `http://[::1]:${server.addr.port}`);
  assertEquals(await (await origin.send("/", { redirect: "error" })).text(), "ok");
});

Deno.test("HttpOrigin replaces a kept connection that the server has closed, also for a request with a body", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = answerAndClose(listener);
  using origin = new HttpOrigin(`http://127.0.0.1:${listener.addr.port}`);
  for (let request = 0; request < 50; request++) {
    const response = await origin.send("/", { method: "PUT", body: BODY, redirect: "error" });
    assertEquals(await response.text(), "ok");
  }
  listener.close();
  await serving;
});

Deno.test("HttpOrigin sends nothing with a header that would be more than one, and does not repeat its value", async () => {
  let asked = 0;
  await using server = serve("127.0.0.1", () => {
    asked++;
    return new Response();
  });
  using origin = new HttpOrigin(`http://127.0.0.1:${server.addr.port}`);
  const wrong: Record<string, string>[] = [
    { authorization: "Bearer secret\r\nx-role: admin" },
    { authorization: "Bearer secret\0" },
    { "x-role: admin\r\nx": "secret" },
  ];
  for (const headers of wrong) {
    const error = await assertRejects(() => origin.send("/", { headers, redirect: "error" }), DmlError);
    assertEquals([error.code, error.message.includes("secret"), asked], ["request_invalid", false, 0]);
  }
});

Deno.test("HttpOrigin follows no redirect: it fails, or is the answer", async () => {
  let followed = 0;
  await using elsewhere = serve("127.0.0.1", () => {
    followed++;
    return new Response();
  });
  await using server = serve("127.0.0.1", () => Response.redirect(`http://127.0.0.1:${elsewhere.addr.port}`));
  using origin = new HttpOrigin(`http://127.0.0.1:${server.addr.port}`);
  await assertRejects(() => origin.send("/", { redirect: "error" }), TypeError);
  const response = await origin.send("/", { redirect: "manual" });
  await response.body?.cancel();
  assertEquals([response.status, followed], [302, 0]);
});
