/** Tests a node whose master can be asked over HTTP, but whose control port a firewall drops. */
import { DmlProcess } from "../../../tools/dml_process.ts";
import { PROTOCOL_VERSION } from "../../../protocol/messages/hello.ts";
import { assertEquals } from "../../assert.ts";
import { FullListener } from "../../full_listener.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("join says within seconds which port is closed, and goes on trying", {
  ignore: Deno.build.os === "windows", // it refuses what a full listener does not take
}, async () => {
  await using home = await temporaryDirectory();
  using full = await FullListener.open();
  const controlPort = full.address.port;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () =>
      Response.json({
        product: "dml",
        version: "9.9.9",
        protocol: PROTOCOL_VERSION,
        controlPort,
        tokenRequired: false,
      }),
  );
  const line = ["join", `127.0.0.1:${server.addr.port}`, "--workers", "1"];
  await using node = DmlProcess.start(line, { home: home.path });
  const { code, reason, advice } = await node.logged("There is no connection to the master; the node will retry.");
  const control = `127.0.0.1:${controlPort}`;
  assertEquals([code, reason, advice], [
    "master_unreachable",
    `Nodes cannot reach the control port ${control}: ${control} did not answer within 5 s.`,
    `Open TCP ${controlPort} on the master's host, beside ${server.addr.port}.`,
  ]);
  assertEquals(await node.stop(), 0);
});
