/** Tests that dml speaks to its master directly, whatever proxy the environment names. */
import { join } from "node:path";
import { samplePhoto } from "../../../tools/sample_photos.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { LAN_ADDRESS, SecureCluster } from "./secure_cluster.ts";
import { readyFor } from "../cluster.ts";

/** An HTTP proxy that refuses everything, and keeps the requests that it gets. */
class RefusingProxy implements AsyncDisposable {
  readonly requests: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving = this.#serve();

  /** Returns the variables that name this proxy for everything. */
  get environment(): Record<string, string> {
    const url = `http://127.0.0.1:${this.#listener.addr.port}`;
    const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
    return { ...Object.fromEntries(names.map((name) => [name, url])), NO_PROXY: "", no_proxy: "" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      using _ = connection;
      const buffer = new Uint8Array(4_096);
      const count = await connection.read(buffer);
      this.requests.push(new TextDecoder().decode(buffer.subarray(0, count ?? 0)));
      await connection.write(new TextEncoder().encode("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));
    }
  }
}

for (const flags of [[], ["--insecure"]]) {
  const way = flags.length === 0 ? "by TLS" : "without TLS";
  Deno.test(`a node and a user go to their master ${way}, and no byte to the proxy of the environment`, {
    ignore: LAN_ADDRESS === null,
  }, async () => {
    await using proxy = new RefusingProxy();
    const host = LAN_ADDRESS ?? "";
    await using cluster = await SecureCluster.start({ env: proxy.environment, flags: ["--host", "0.0.0.0", ...flags] });
    const { port, tokens, directory } = cluster;
    const address = `${host}:${port}`;
    await readyFor(cluster.join("node", { address }), "faces@1");
    await Deno.writeFile(join(directory, "a.jpg"), await samplePhoto(1));
    const predicted = await cluster.run(["predict", "a.jpg", "--master", address, "--token", tokens.user]);
    assertStringIncludes(predicted.text, "1 picture, 3 persons");
    assertEquals(proxy.requests, []);
  });
}

Deno.test(
  "a source of models is asked for through the proxy of the environment",
  { ignore: LAN_ADDRESS === null },
  async () => {
    await using proxy = new RefusingProxy();
    await using cluster = await SecureCluster.start({ env: proxy.environment });
    const { port, tokens } = cluster;
    const master = ["--master", `127.0.0.1:${port}`, "--token", tokens.admin];
    const pulled = await cluster.run(["models", "pull", "https://models.invalid/a.onnx", "--yes", ...master]);
    assertEquals(pulled.code, 3, pulled.text);
    assertEquals(proxy.requests.map((request) => request.split("\r\n")[0])[0], "CONNECT models.invalid:443 HTTP/1.1");
  },
);
