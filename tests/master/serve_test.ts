import { join } from "node:path";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../assert.ts";
import { clusterSchema } from "../../protocol/http_api/api.ts";
import { formatAddress, type Host } from "../../protocol/http_api/address.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { clusterTokensSchema } from "../../protocol/security/tokens.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { SqliteLedger } from "../../master/ledger/sqlite_ledger.ts";
import { runServe, type ServeInfo } from "../../master/serve.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** Starts a master on ports of the system's choice, which is stopped at disposal. */
async function serve(options: { home: string; host?: string; port?: number; advertise?: Host; printTokens?: boolean }) {
  const stopping = new AbortController();
  const ready = Promise.withResolvers<ServeInfo>();
  const served = runServe({
    host: "127.0.0.1",
    port: 0,
    controlPort: 0,
    log: SILENT_LOG,
    version: "0.0.0",
    signal: stopping.signal,
    onReady: ready.resolve,
    ...options,
  });
  const info = await Promise.race([ready.promise, served]);
  if (info === undefined) throw new Error("it ended before it was ready");
  return {
    info,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await served;
    },
  };
}

function urlOf({ http: { port } }: ServeInfo, path: string): string {
  return `http://127.0.0.1:${port}${path}`;
}

Deno.test("runServe() serves loopback without tokens, and ends when its signal aborts", async () => {
  await using home = await temporaryDirectory();
  await using served = await serve({ home: home.path });
  const { info } = served;
  assertEquals(info.tokenRequired, false);
  assertEquals(info.joinCommand, `dml join 127.0.0.1:${info.http.port}`);
  const response = await fetch(urlOf(info, "/v1/cluster"));
  const cluster = clusterSchema.parse(await response.json());
  assertEquals([cluster.controlPort, cluster.tokenRequired], [info.control.port, false]);
});

Deno.test("runServe() puts the advertised name into its commands, with its own port unless another is named", async () => {
  await using home = await temporaryDirectory();
  for (const advertise of [{ hostname: "atlas.local", port: null }, { hostname: "atlas.local", port: 80 }]) {
    await using served = await serve({ home: home.path, advertise });
    const { info } = served;
    assertEquals(info.address, formatAddress({ ...advertise, port: advertise.port ?? info.http.port }));
    assertEquals(info.joinCommand, `dml join ${info.address}`);
    const found = { address: `127.0.0.1:${info.http.port}`, virtualInterface: null };
    assertEquals(info.otherAddresses, [found]);
  }
  await using served = await serve({ home: home.path, advertise: { hostname: "127.0.0.1", port: null } });
  assertEquals(served.info.otherAddresses, [], "none is listed twice");
});

Deno.test("runServe() requires tokens if other hosts can reach it, and stores them readable by the owner only", async () => {
  await using home = await temporaryDirectory();
  const lines: string[][] = [];
  for (let start = 0; start < 2; start++) {
    await using served = await serve({ home: home.path, host: "0.0.0.0" });
    const { info } = served;
    lines.push([info.joinCommand, info.predictCommand, info.nodesCommand].map((line) => line.replace(/\S+:\d+/, "")));
    assert(!info.address.startsWith("0.0.0.0"), info.address);
    assertStringIncludes(info.joinCommand, `dml join ${info.address} --token dmln_`);
    assertStringIncludes(info.predictCommand, "--token dmlu_");
    assertStringIncludes(info.nodesCommand, "--token dmla_");
    const token = info.predictCommand.split(" ").at(-1);
    const ask = async (headers: HeadersInit) => {
      const response = await fetch(urlOf(info, "/v1/models"), { headers });
      await response.body?.cancel();
      return response.status;
    };
    assertEquals([await ask({}), await ask({ authorization: `Bearer ${token}` })], [401, 200]);
  }
  assertEquals(lines[0], lines[1], "they stay the same");
  if (Deno.build.os !== "windows") {
    const { mode } = await Deno.stat(join(home.path, "master", "tokens.json"));
    assertEquals((mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("runServe() names the file with the tokens if they are not to be printed", async () => {
  await using home = await temporaryDirectory();
  await using served = await serve({ home: home.path, host: "0.0.0.0", printTokens: false });
  const { info } = served;
  const path = info.hiddenTokensPath ?? "";
  const tokens = clusterTokensSchema.parse(JSON.parse(await Deno.readTextFile(path)));
  const commands = [info.joinCommand, info.predictCommand, info.nodesCommand];
  assertEquals(commands.map((line) => line.split(" --token ")[1]), ["NODE_TOKEN", "USER_TOKEN", "ADMIN_TOKEN"]);
  const everything = JSON.stringify(info);
  assertEquals(Object.values(tokens).filter((token) => everything.includes(token)), []);
});

Deno.test("runServe() refuses a data directory that another master uses", async () => {
  await using home = await temporaryDirectory();
  await using _served = await serve({ home: home.path });
  const error = await assertRejects(() => serve({ home: home.path }), DmlError);
  assertEquals(error.code, "home_locked");
});

Deno.test("runServe() refuses a port that is in use, and leaves nothing open", async () => {
  await using one = await temporaryDirectory();
  await using other = await temporaryDirectory();
  await using served = await serve({ home: one.path });
  const taken = { home: other.path, port: served.info.http.port };
  assertEquals((await assertRejects(() => serve(taken), DmlError)).code, "address_in_use");
  const ledger = SqliteLedger.open(join(other.path, "master", "ledger.sqlite"));
  assertEquals(ledger.load().models, [], "nothing was written");
  ledger.close();
  await using _later = await serve({ home: other.path });
});
