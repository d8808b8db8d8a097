import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { huggingFaceUrl } from "../../../user/model_sources/hugging_face.ts";
import { fetchFromPackage, npmRegistry } from "../../../user/model_sources/npm_package.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { FileServer } from "./file_server.ts";
import { gzipOf, tarOf } from "./tar_writer.ts";

const MODEL = new TextEncoder().encode("the model");

async function packed(): Promise<{ archive: Uint8Array<ArrayBuffer>; integrity: string }> {
  const archive = await gzipOf(tarOf({ name: "package/model/net.onnx", content: MODEL }));
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-512", archive));
  return { archive, integrity: `sha512-${sum.toBase64()}` };
}

function serveMetadata(server: FileServer, integrity: string | undefined): void {
  const dist = { tarball: server.url.href, integrity, fileCount: 1 };
  server.others.set("/@scope%2fpack/1.0.0", () => Response.json({ name: "@scope/pack", version: "1.0.0", dist }));
}

function fetchFrom(server: FileServer, path: string, directory: string, sha256: string | null = null) {
  return fetchFromPackage({ name: "@scope/pack", version: "1.0.0", path }, {
    partsPath: directory,
    sha256,
    bytesMax: 1_000_000,
    onBytes: () => {},
    signal: new AbortController().signal,
    clock: SYSTEM_CLOCK,
    random: seededRandom(1),
    variable: (name) => name === "NPM_CONFIG_REGISTRY" ? server.origin : undefined,
  });
}

Deno.test("fetchFromPackage() extracts a file from an archive with the registry's checksum", async () => {
  await using directory = await temporaryDirectory();
  const { archive, integrity } = await packed();
  await using server = new FileServer(archive);
  serveMetadata(server, integrity);
  assertEquals((await fetchFrom(server, "model/net.onnx", directory.path)).bytes, MODEL);
  const missing = await assertRejects(() => fetchFrom(server, "net.onnx", directory.path), DmlError);
  assertStringIncludes(missing.advice, "model/net.onnx");
  const pinned = await assertRejects(
    () => fetchFrom(server, "model/net.onnx", directory.path, "0".repeat(64)),
    DmlError,
  );
  assertEquals(pinned.code, "source_corrupt");
});

Deno.test("fetchFromPackage() refuses an archive without a checksum or with another one", async () => {
  await using directory = await temporaryDirectory();
  const { archive, integrity } = await packed();
  await using server = new FileServer(archive.with(20, archive[20] ^ 1));
  serveMetadata(server, integrity);
  const wrong = await assertRejects(() => fetchFrom(server, "model/net.onnx", directory.path), DmlError);
  assertEquals(wrong.code, "source_corrupt");
  serveMetadata(server, undefined);
  const unsummed = await assertRejects(() => fetchFrom(server, "model/net.onnx", directory.path), DmlError);
  assertEquals(unsummed.code, "source_refused");
});

Deno.test("npmRegistry() is npm's configured registry: of the scope, the environment, ~/.npmrc, or the public one", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(`${directory.path}/.npmrc`, "registry=https://b.test/npm\n@s:registry = https://s.test\n");
  const at = (scope: string | null, values: Record<string, string>) => npmRegistry(scope, (name) => values[name]);
  const home = { HOME: directory.path };
  assertEquals((await at("@s", { ...home, NPM_CONFIG_REGISTRY: "https://a.test" })).href, "https://s.test/");
  assertEquals((await at(null, { ...home, NPM_CONFIG_REGISTRY: "https://a.test" })).href, "https://a.test/");
  assertEquals((await at("@other", home)).href, "https://b.test/npm/");
  assertEquals((await at(null, {})).protocol, "https:");
  await assertRejects(() => at(null, { NPM_CONFIG_REGISTRY: "http://a.test" }), DmlError);
});

Deno.test("huggingFaceUrl() is the address that resolves a file, at the configured endpoint if there is one", () => {
  const file = { repository: "owner/repo", file: "onnx/model q.onnx", revision: "refs/pr/1" };
  assertEquals(
    huggingFaceUrl(file, () => undefined).href,
    "https://huggingface.co/owner/repo/resolve/refs%2Fpr%2F1/onnx/model%20q.onnx",
  );
  assertEquals(
    huggingFaceUrl({ ...file, revision: "main" }, () => "http://127.0.0.1:9/hub/").href,
    "http://127.0.0.1:9/hub/owner/repo/resolve/main/onnx/model%20q.onnx",
  );
});
