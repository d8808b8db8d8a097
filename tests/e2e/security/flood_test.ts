/** Tests that floods of connections neither end a master nor keep it from answering others. */
import { join } from "node:path";
import { Flood, HALF_A_HEAD } from "../../../tools/chaos/attacks/flood.ts";
import { isHealthy, withFloodedMaster as withMaster } from "../../../tools/chaos/attacks/flooded_master.ts";
import { DmlProcess } from "../../../tools/dml_process.ts";
import { HttpOrigin } from "../../../protocol/http/http_origin.ts";
import { assert, assertEquals, assertGreater } from "../../assert.ts";
import { LAN_ADDRESS } from "./secure_cluster.ts";

const ignore = Deno.build.os === "windows"; // no sh

for (const [kind, bytes] of Object.entries({ "half a head": HALF_A_HEAD, nothing: new Uint8Array(0) })) {
  Deno.test(
    `a master with 256 descriptors answers others while 251 connections send ${kind}`,
    { ignore },
    () =>
      withMaster({ descriptors: 256 }, async ({ port }) => {
        using flood = new Flood();
        await flood.open(port, { count: 251, bytes });
        for (let asked = 0; asked < 20; asked++) assert(await isHealthy(port));
        await flood.open(port, { count: 251, bytes });
        assert(await isHealthy(port));
      }),
  );
}

Deno.test("a master answers one address by TLS while another one opens thousands of connections", {
  ignore: ignore || LAN_ADDRESS === null,
}, () =>
  withMaster({ descriptors: 1_024, flags: ["--host", "0.0.0.0"] }, async ({ port }) => {
    const ca = await (await fetch(`http://127.0.0.1:${port}/v1/ca`)).text();
    using origin = new HttpOrigin(`https://127.0.0.1:${port}`, { trust: () => ({ ca }) });
    using flood = new Flood();
    let isOver = false;
    const flooding = flood.open(port, { count: 3_000, bytes: HALF_A_HEAD, hostname: LAN_ADDRESS ?? "" })
      .finally(() => isOver = true);
    flooding.catch(() => {}); // If the answers below fail, that is what went wrong first.
    let answers = 0;
    while (!isOver) {
      const response = await origin.send("/v1/health", { redirect: "error" });
      assertEquals(await response.json(), { status: "ok" });
      origin.close(); // The next request opens a connection of its own.
      answers++;
    }
    await flooding;
    assertGreater(answers, 0);
  }));

Deno.test("a master with 256 descriptors admits nodes while 500 connections to its control port say nothing", {
  ignore,
}, () =>
  withMaster({ descriptors: 256 }, async ({ port, controlPort, home, process }) => {
    using flood = new Flood();
    await flood.open(controlPort, { count: 500, bytes: new Uint8Array(0) });
    const line = ["join", `127.0.0.1:${port}`, "--name", "late", "--workers", "1"];
    await using _node = DmlProcess.start(line, { home: join(home, "node") });
    await process.logged("Node late joined.");
  }));

Deno.test("a master logs thousands of strangers on its control port in a few lines, and admits a node meanwhile", {
  ignore,
}, () =>
  withMaster({ descriptors: 1_024 }, async ({ port, controlPort, home, process }) => {
    using flood = new Flood();
    await flood.open(controlPort, { count: 1_152, bytes: new Uint8Array(0) });
    for (const bytes of [HALF_A_HEAD, new Uint8Array(64).fill(0xff)]) {
      await flood.open(controlPort, { count: 500, bytes });
    }
    const line = ["join", `127.0.0.1:${port}`, "--name", "late", "--workers", "1"];
    await using _node = DmlProcess.start(line, { home: join(home, "node") });
    await process.logged("Node late joined.");
    const told = process.lines.filter((line) => line.includes("control port"));
    assertGreater(told.length, 0);
    // One line for each reason: silence, what is no frame, a frame that is too large.
    assert(told.length <= 3, told.join("\n"));
  }));
