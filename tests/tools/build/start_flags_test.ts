import { shellWord, startOf, type Surroundings } from "../../../tools/build/start_flags.ts";
import { assert, assertEquals } from "../../assert.ts";
import { V8_FLAGS } from "../../../user/process/v8_flags.ts";

const HOST: Surroundings = {
  os: "linux",
  currentDirectory: "/here",
  programDirectory: "/cache/dml/1",
  variable: (name) => name === "HOME" ? "/home/ann" : undefined,
};

/** The file with the contexts of the account. */
const CONTEXTS = "/home/ann/.config/dml/contexts.json";
const SETTINGS = "/home/ann/.local/share/dml/dml.toml";

/**
 * Returns the permissions granted to a command line by kind, without the environment variables,
 * which are the same for all.
 */
async function granted(...argv: string[]): Promise<Record<string, string>> {
  const flags = (await startOf(argv, HOST)).flags.filter((flag) => flag.startsWith("--allow-"));
  const pairs = flags.map((flag) => /^--allow-([a-z]+)=(.*)$/s.exec(flag)!.slice(1));
  const { env, ...others } = Object.fromEntries(pairs);
  assert(env.includes("DML_HOME") && !env.includes("*"));
  return others;
}

Deno.test("startOf() grants each role what its arguments need", async () => {
  const program = "/cache/dml/1";
  assertEquals(await granted("version"), { read: program });
  assertEquals(await granted("help", "join"), { read: program });
  const home = "/home/ann/.local/share/dml";
  assertEquals(await granted("serve", "--host", "0.0.0.0", "--port", "80"), {
    net: "0.0.0.0:80,0.0.0.0:7401,127.0.0.1,127.0.0.1:0",
    read: `${home},${home}/own_node,${program}`,
    write: `${home},${home}/own_node`,
    sys: "hostname,networkInterfaces,statfs,loadavg,systemMemoryInfo",
    run: "sh",
  });
  assertEquals(await granted("serve", "--host", "0.0.0.0", "--port", "80", "--workers", "0"), {
    net: "0.0.0.0:80,0.0.0.0:7401,127.0.0.1",
    read: `${home},${program}`,
    write: home,
    sys: "hostname,networkInterfaces,statfs",
  });
  assertEquals(await granted("join", "[fd00::1]:7400", "--home", "/data"), {
    net: "[fd00::1],127.0.0.1:0",
    read: `/data,${program}`,
    write: "/data",
    sys: "hostname,statfs,loadavg,systemMemoryInfo",
    run: "sh",
  });
  const allowing = (...flags: string[]) => granted("join", "ann", "--home", "/data", ...flags);
  assertEquals((await allowing("--allow-exec", "df=/no/df,up=/no/up")).run, "sh,/no/df,/no/up");
  assertEquals((await allowing("--allow-exec", "df=/no/df")).read, `/data,/no/df,${program}`);
  assertEquals(await granted("predict", "a.jpg", "/b/*.jpg", "-", "--out", "marked", "--master", "ann:1"), {
    net: "ann:1",
    read: `/here/a.jpg,/b,/here/marked,${CONTEXTS},${SETTINGS},${program}`,
    write: "/here/marked",
  });
  assertEquals(await granted("predict", "a.jpg", "--no-annotate"), {
    net: "127.0.0.1:7400",
    read: `/here/a.jpg,${CONTEXTS},${SETTINGS},${program}`,
    sys: "loadavg,systemMemoryInfo",
  });
  assertEquals(await granted("nodes", "--master", "ann"), {
    net: "ann:7400",
    read: `${CONTEXTS},${SETTINGS},${program}`,
  });
});

Deno.test("startOf() grants an invalid command line only what it needs to report that", async () => {
  assertEquals(await granted("predct", "a.jpg"), { read: "/cache/dml/1" });
  assertEquals(await granted("join"), { read: `${SETTINGS},/cache/dml/1` });
  const homeless = await startOf(["serve"], { ...HOST, variable: () => undefined });
  assertEquals(homeless.flags.some((flag) => flag.startsWith("--allow-net")), false);
});

Deno.test("startOf() limits the memory of a node, not that of master and user, and reduces optimising for few pictures", async () => {
  const returning = { MALLOC_MMAP_THRESHOLD_: "524288", MALLOC_TRIM_THRESHOLD_: "1048576" };
  const keeping = { MALLOC_MMAP_THRESHOLD_: "4194304", MALLOC_TRIM_THRESHOLD_: "67108864" };
  const node = await startOf(["join", "ann"], HOST);
  assertEquals([node.environment, node.flags[0]], [returning, `--v8-flags=${V8_FLAGS}`]);
  const prediction = await startOf(["predict", "a.jpg"], HOST);
  assertEquals(prediction.environment, keeping);
  assertEquals(prediction.flags[0], `--v8-flags=${V8_FLAGS},--wasm-tiering-budget=130000000`);
  const master = await startOf(["serve"], HOST);
  assertEquals([master.environment, master.flags[0].startsWith("--allow-net=")], [keeping, true]);
});

Deno.test("startOf() grants the directory of paths that Deno's flags cannot express, or that are too many", async () => {
  const others = [CONTEXTS, SETTINGS, "/cache/dml/1"];
  assertEquals(
    (await granted("predict", "/pictures/a,b/c,d.jpg", "--no-annotate")).read,
    ["/pictures", ...others].join(),
  );
  const many = Array.from({ length: 9_000 }, (_, index) => `/pictures/${index}.jpeg`);
  const directories = ["/pictures", "/home/ann/.config/dml", "/home/ann/.local/share/dml", "/cache/dml/1"];
  assertEquals((await granted("predict", ...many, "--no-annotate")).read, directories.join());
});

Deno.test("startOf() keeps the script running for a node that takes upgrades, but not for one on trial", async () => {
  const upgrade = { directory: "/data/upgrade", withinMs: 90_000 };
  const line = ["join", "ann", "--home", "/data", "--upgrade", "--upgrade-within", "90"];
  assertEquals((await startOf(line, HOST)).upgrade, upgrade);
  assertEquals((await startOf(line.slice(0, 4), HOST)).upgrade, null);
  const tried = { ...HOST, variable: (name: string) => name === "DML_TRIAL" ? "sha256:00" : HOST.variable(name) };
  assertEquals((await startOf(line, tried)).upgrade, null);
  assertEquals((await startOf(["serve"], HOST)).upgrade, null);
});

Deno.test("shellWord() is one word of a shell, whatever it contains", async () => {
  for (const text of ["plain", "", "it's", '$HOME `id` "x" \\ \n!']) {
    const { stdout } = await new Deno.Command("sh", { args: ["-c", `printf '%s|' ${shellWord(text)} end`] }).output();
    assertEquals(new TextDecoder().decode(stdout), `${text}|end|`);
  }
});
