import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { fetchFile, type FetchOptions } from "../../../user/model_sources/fetch_file.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { FileServer } from "./file_server.ts";
import { closedPort } from "./closed_port.ts";

const FILE = Uint8Array.from({ length: 300_000 }, (_, at) => at * 7 % 251);
const SHA256 = digestOf(FILE).slice("sha256:".length);

function optionsIn(directory: string, overrides: Partial<FetchOptions> = {}): FetchOptions {
  return {
    partsPath: directory,
    sha256: null,
    bytesMax: 1_000_000,
    onBytes: () => {},
    signal: new AbortController().signal,
    clock: SYSTEM_CLOCK,
    random: seededRandom(1),
    variable: () => undefined,
    ...overrides,
  };
}

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function failure(running: Promise<unknown>): Promise<DmlError> {
  return await assertRejects(() => running, DmlError);
}

Deno.test("fetchFile() fetches a file, reports its progress, and leaves nothing else behind", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    const seen: number[] = [];
    const onBytes = (done: number, total: number) => {
      seen.push(done);
      assertEquals(total, FILE.length);
    };
    const { bytes, sha256 } = await fetchFile(server.url, optionsIn(directory, { onBytes, sha256: SHA256 }));
    assertEquals([bytes, sha256], [FILE, SHA256]);
    assertEquals(seen.at(-1), FILE.length);
    assertEquals([...Deno.readDirSync(directory)], []);
  }));

Deno.test("fetchFile() resumes a broken connection automatically, as long as the file is the same", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    server.cuts = [100_000, 50_000];
    const { sha256 } = await fetchFile(server.url, optionsIn(directory));
    assertEquals(sha256, SHA256);
    const ranges = server.asked.map(({ range, ifRange }) => [range, ifRange]);
    assertEquals(ranges[0], [null, null]);
    assertEquals(ranges.slice(1).every(([range, ifRange]) => range !== null && ifRange === '"one"'), true);
  }));

Deno.test("fetchFile() keeps received bytes for the next run, which resumes there", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    server.cuts = [100_000, 0, 0, 0, 0, 0, 0, 0];
    const broken = await failure(fetchFile(server.url, optionsIn(directory)));
    assertEquals(broken.code, "source_unreachable");
    assertStringIncludes(broken.advice, "run the same command again to resume there");
    server.cuts = [];
    server.asked.length = 0;
    assertEquals((await fetchFile(server.url, optionsIn(directory))).sha256, SHA256);
    assertEquals(server.asked.map(({ range }) => range), ["bytes=100000-"]);
  }));

Deno.test("fetchFile() starts over if the file has changed meanwhile", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE.toReversed());
    server.cuts = [100_000, 0, 0, 0, 0, 0, 0, 0];
    await failure(fetchFile(server.url, optionsIn(directory)));
    [server.bytes, server.etag, server.cuts] = [FILE, '"two"', []];
    assertEquals((await fetchFile(server.url, optionsIn(directory))).sha256, SHA256);
  }));

Deno.test("fetchFile() refuses a file with another digest than pinned, and one that is too large", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    const wrong = await failure(fetchFile(server.url, optionsIn(directory, { sha256: "0".repeat(64) })));
    assertEquals(wrong.code, "source_corrupt");
    assertStringIncludes(wrong.message, SHA256);
    const large = await failure(fetchFile(server.url, optionsIn(directory, { bytesMax: 1_000 })));
    assertEquals(large.code, "source_refused");
  }));

Deno.test("fetchFile() follows redirects, and checks the checksum that the first response names", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    const linked = (sha256: string) => () =>
      new Response(null, { status: 302, headers: { location: "/file", "x-linked-etag": `"${sha256}"` } });
    server.others.set("/good", linked(SHA256));
    server.others.set("/bad", linked("1".repeat(64)));
    const at = (path: string) => fetchFile(new URL(path, server.origin), optionsIn(directory));
    assertEquals((await at("/good")).sha256, SHA256);
    assertEquals((await failure(at("/bad"))).code, "source_corrupt");
  }));

Deno.test("fetchFile() follows six redirects, and refuses the seventh", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    for (let step = 1; step <= 7; step++) {
      const location = step === 1 ? "/file" : `/step${step - 1}`;
      server.others.set(`/step${step}`, () => new Response(null, { status: 302, headers: { location } }));
    }
    const from = (step: number) => fetchFile(new URL(`/step${step}`, server.origin), optionsIn(directory));
    assertEquals((await from(6)).sha256, SHA256);
    assertStringIncludes((await failure(from(7))).message, "more than 6 times");
  }));

Deno.test("fetchFile() refuses redirects to another host without TLS, to local files, and in circles", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    for (const location of ["http://example.com/file", "file:///etc/passwd", "/loop"]) {
      server.others.set("/loop", () => new Response(null, { status: 302, headers: { location } }));
      const refused = await failure(fetchFile(new URL("/loop", server.origin), optionsIn(directory)));
      assertEquals(refused.code, "source_refused", location);
    }
  }));

Deno.test("fetchFile() reports the server's error, and advises what to do without a network", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    server.others.set("/secret", () => new Response(null, { status: 401 }));
    const missing = await failure(fetchFile(new URL("/nothing", server.origin), optionsIn(directory)));
    assertStringIncludes(missing.message, "/nothing does not exist");
    const secret = await failure(fetchFile(new URL("/secret", server.origin), optionsIn(directory)));
    assertStringIncludes(secret.message, "denies access to /secret");
    const offline = await failure(fetchFile(new URL(`http://127.0.0.1:${closedPort()}/x`), optionsIn(directory)));
    assertEquals(offline.code, "source_unreachable");
    assertStringIncludes(offline.advice, "dml models add");
  }));

Deno.test("fetchFile() stops when it is aborted, and keeps the received bytes", () =>
  inDirectory(async (directory) => {
    await using server = new FileServer(FILE);
    const stop = new AbortController();
    const onBytes = () => stop.abort();
    const stopped = await failure(fetchFile(server.url, optionsIn(directory, { signal: stop.signal, onBytes })));
    assertEquals(stopped.code, "interrupted");
    assertStringIncludes(stopped.advice, "to resume there");
  }));
