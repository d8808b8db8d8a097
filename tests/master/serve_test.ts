import { join } from "node:path";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../assert.ts";
import { clusterSchema } from "../../protocol/http_api/api.ts";
import { parseAddressRange } from "../../protocol/http_api/address_range.ts";
import { baseUrlOf, formatAddress } from "../../protocol/http_api/address.ts";
import { HttpOrigin } from "../../protocol/http/http_origin.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { splitPin } from "../../protocol/security/pin.ts";
import { pinOfPem, trustOf } from "../../protocol/security/trust.ts";
import { clusterTokensSchema } from "../../protocol/security/tokens.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { newAuthority } from "../../master/host/authority.ts";
import type { AddressRule } from "../../master/access/plain_access.ts";
import type { ServeInfo } from "../../master/host/serve_info.ts";
import { runServe, type ServeOptions } from "../../master/serve.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** Starts a master on ports of the system's choice, which is stopped at disposal. */
async function serve(options: Partial<ServeOptions> & { home: string }) {
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

/** Asks for the models as the command of a user would, and returns the status of the answer. */
async function statusOf({ http: { port }, predictCommand }: ServeInfo, token: string | null): Promise<number> {
  const address = { hostname: "127.0.0.1", port };
  const trust = await trustOf({ address, token: tokenIn(predictCommand) });
  using origin = new HttpOrigin(baseUrlOf(address, trust), { trust: () => trust });
  const headers: HeadersInit = token === null ? {} : { authorization: `Bearer ${splitPin(token).secret}` };
  const response = await origin.send("/v1/models", { headers, redirect: "error" });
  await response.body?.cancel();
  return response.status;
}

function tokenIn(command: string): string {
  return command.split(" --token ")[1];
}

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
    const token = tokenIn(info.predictCommand);
    assertEquals([await statusOf(info, null), await statusOf(info, token)], [401, 200]);
  }
  assertEquals(lines[0], lines[1], "they stay the same");
  if (Deno.build.os !== "windows") {
    const { mode } = await Deno.stat(join(home.path, "master", "tokens.json"));
    assertEquals((mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("runServe() tells requests without TLS nothing but its certificate", async () => {
  await using home = await temporaryDirectory();
  await using served = await serve({ home: home.path, host: "0.0.0.0" });
  const { info } = served;
  assert(info.isSecure);
  const authorization = `Bearer ${tokenIn(info.nodesCommand)}`;
  for (const path of ["/v1/cluster", "/v1/nodes", "/v1/ca/x", "/blobs/x"]) {
    const response = await fetch(urlOf(info, path), { headers: { authorization } });
    assertEquals([response.status, (await response.json()).code], [426, "tls_required"], path);
  }
  const posted = await fetch(urlOf(info, "/v1/ca"), { method: "POST", body: "x" });
  assertEquals([posted.status, (await posted.json()).code], [426, "tls_required"]);
  const pem = await (await fetch(urlOf(info, "/v1/ca"))).text();
  assertEquals(await pinOfPem(pem), splitPin(tokenIn(info.joinCommand)).pin);
});

Deno.test("runServe() keeps its authority, so that a token recognises it after a restart", async () => {
  await using home = await temporaryDirectory();
  await using other = await temporaryDirectory();
  const pins: (string | null)[] = [];
  for (const path of [home.path, home.path, other.path]) {
    await using served = await serve({ home: path, host: "0.0.0.0" });
    pins.push(splitPin(tokenIn(served.info.joinCommand)).pin);
  }
  assertEquals(pins[0], pins[1]);
  assert(pins[0] !== pins[2], "another master has another authority");
  if (Deno.build.os !== "windows") {
    const { mode } = await Deno.stat(join(home.path, "master", "ca.json"));
    assertEquals((mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("runServe() names a broken file of its authority, and what losing it costs", async () => {
  await using home = await temporaryDirectory();
  await (await serve({ home: home.path, host: "0.0.0.0" }))[Symbol.asyncDispose]();
  const path = join(home.path, "master", "ca.json");
  const kept = JSON.parse(await Deno.readTextFile(path));
  const { privateKey } = await newAuthority({ nowMs: Date.now() });
  const broken = ["{", { ...kept, certificate: "x" }, { ...kept, privateKey: "x" }, { ...kept, privateKey }];
  for (const content of broken) {
    await Deno.writeTextFile(path, typeof content === "string" ? content : JSON.stringify(content));
    const error = await assertRejects(() => serve({ home: home.path, host: "0.0.0.0" }), DmlError, path);
    assertEquals(error.code, "home_unusable");
  }
});

Deno.test("runServe() serves other hosts without TLS if it is told to, with tokens, and warns of it", async () => {
  await using home = await temporaryDirectory();
  const warnings: string[] = [];
  const log = { ...SILENT_LOG, warn: (message: string) => warnings.push(message) };
  await using served = await serve({ home: home.path, host: "0.0.0.0", insecure: true, log });
  const { info } = served;
  assertEquals([info.isSecure, info.tokenRequired], [false, true]);
  assertEquals(warnings.filter((message) => message.includes("no TLS (--insecure)")).length, 1);
  const token = tokenIn(info.predictCommand);
  assertEquals(splitPin(token).pin, null);
  assertEquals([await statusOf(info, null), await statusOf(info, token)], [401, 200]);
  const certificate = await fetch(urlOf(info, "/v1/ca"));
  assertEquals([certificate.status, (await certificate.json()).code], [404, "not_found"]);
});

Deno.test("runServe() names the file with the tokens if they are not to be printed", async () => {
  await using home = await temporaryDirectory();
  await using served = await serve({ home: home.path, host: "0.0.0.0", printTokens: false });
  const { info } = served;
  const path = info.hiddenTokensPath ?? "";
  const tokens = clusterTokensSchema.parse(JSON.parse(await Deno.readTextFile(path)));
  const commands = [info.joinCommand, info.predictCommand, info.nodesCommand];
  const named = commands.map((line) => /^([A-Z]+_TOKEN)_[0-9a-z]{26}$/.exec(tokenIn(line))?.[1]);
  assertEquals(named, ["NODE_TOKEN", "USER_TOKEN", "ADMIN_TOKEN"], "behind them is the pin");
  const everything = JSON.stringify(info);
  assertEquals(Object.values(tokens).filter((token) => everything.includes(token)), []);
});

Deno.test("runServe() refuses a data directory that another master uses", async () => {
  await using home = await temporaryDirectory();
  await using served = await serve({ home: home.path });
  const error = await assertRejects(() => serve({ home: home.path }), DmlError);
  assertEquals(error.code, "home_locked");
  const { http, control } = served.info;
  const same = { home: home.path, port: http.port, controlPort: control.port };
  assertEquals((await assertRejects(() => serve(same), DmlError)).code, "home_locked", "it says more than the port");
});

Deno.test("runServe() refuses a port that is in use, and writes nothing", async () => {
  await using one = await temporaryDirectory();
  await using other = await temporaryDirectory();
  await using served = await serve({ home: one.path });
  const { http, control } = served.info;
  for (const taken of [{ port: http.port }, { controlPort: control.port }]) {
    const error = await assertRejects(() => serve({ home: other.path, ...taken }), DmlError);
    assertEquals(error.code, "address_in_use");
    assertEquals(await Array.fromAsync(Deno.readDir(other.path)), [], "nothing was written");
  }
  await using _later = await serve({ home: other.path });
});

Deno.test("runServe() opens a second port without TLS, for its own tokens and for the addresses that need none", async () => {
  await using home = await temporaryDirectory();
  const address = { hostname: "127.0.0.1", port: 0 };
  const warnings: unknown[] = [];
  const log = { ...SILENT_LOG, warn: (message: string) => void warnings.push(message) };
  const statuses = async (rules: AddressRule[]) => {
    await using served = await serve({ home: home.path, host: "0.0.0.0", plain: { address, rules }, log });
    const { plainAddress, predictCommand, isSecure } = served.info;
    assert(plainAddress !== null && isSecure);
    const predict = async (token: string | null) => {
      const headers: HeadersInit = token === null ? {} : { authorization: `Bearer ${token}` };
      const url = `http://${plainAddress}/v1/predictions?model=none`;
      const response = await fetch(url, { method: "POST", body: new Uint8Array(10), headers });
      await response.body?.cancel();
      return response.status;
    };
    const user = tokenIn(predictCommand);
    const health = await fetch(`http://${plainAddress}/v1/health`);
    await health.body?.cancel();
    return [await predict(null), await predict(user), health.status];
  };
  assertEquals(await statuses([]), [401, 401, 401]);
  const range = parseAddressRange("127.0.0.1", { what: "--from" });
  assertEquals(
    await statuses([{ range, gallery: null }]),
    [404, 401, 404],
    "there is no such model, and no such route",
  );
  const warning =
    "A second port speaks no TLS (--plain): its tokens, pictures and names cross the network in the clear.";
  assertEquals(warnings.filter((message) => message === warning).length, 2);
});
