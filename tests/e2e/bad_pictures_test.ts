/** Tests of a real cluster with files that are no pictures, and with unusual pictures. */
import { basename, join } from "node:path";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { parseAs } from "../../protocol/schema.ts";
import { runDml } from "../../tools/dml_process.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { type PredictRow, predictRowSchema } from "../../user/reports/predict_row.ts";
import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { makeJpeg, makePicture, makeText, truncated, withOrientation } from "../models/image/fixtures.ts";
import { makeBmp } from "../models/image/bmp/bmp_writer.ts";
import { makeHeic } from "../models/image/heic/heic_writer.ts";
import { makeJxl, makeJxlHeader } from "../models/image/jxl/jxl_writer.ts";
import { makeFlatJpeg } from "../models/image/jpeg/flat_jpeg.ts";
import { makeGif } from "../models/image/gif/gif_writer.ts";
import { makePng, makePngClaim } from "../models/image/png/png_writer.ts";
import { Cluster } from "./cluster.ts";

const SMALL = { width: 64, height: 48 };

/**
 * Returns pictures by file name, each with the expected size of the answer or the expected error
 * code.
 */
async function oddPictures(): Promise<Record<string, { bytes: Uint8Array; expected: string }>> {
  const photo = await samplePhoto(1);
  const odd = (bytes: Uint8Array, expected: string) => ({ bytes, expected });
  const frame = (index: number) => ({ ...SMALL, indexAt: () => index });
  return {
    "truncated.jpg": odd(truncated(photo, 0.3), "image_unreadable"),
    "cut.jpg": odd(truncated(photo, 0.8), "1920x1280"),
    "text.jpg": odd(makeText(), "image_unsupported"),
    "empty.jpg": odd(new Uint8Array(), "image_empty"),
    "one-pixel.jpg": odd(await makeJpeg(makePicture(1, 1)), "1x1"),
    "cmyk.jpg": odd(makeFlatJpeg({ ...SMALL, colourOf: () => [200, 90, 40, 220], adobeTransform: 0 }), "64x48"),
    "grey.jpg": odd(await makeJpeg(makePicture(64, 48), { grey: true }), "64x48"),
    "deep.png": odd(
      await makePng({ ...SMALL, colourType: 2, depth: 16, samplesAt: (x, y) => [x * 1_000, y * 1_000, 65_535] }),
      "64x48",
    ),
    "animated.gif": odd(
      makeGif({ ...SMALL, palette: [[0, 0, 0], [255, 255, 255]], frames: [frame(0), frame(1)] }),
      "64x48",
    ),
    "rotated.jpg": odd(withOrientation(await makeJpeg(makePicture(64, 48)), 6), "48x64"),
    "phone.heic": odd(makeHeic({ grid: [100, 70], quarters: 1 }), "70x100"),
    "cut.heic": odd(truncated(makeHeic({ grid: [100, 70] })), "image_unreadable"),
    "film.heic": odd(makeHeic({ itemType: "avc1" }), "image_unsupported"),
    "picture.jxl": odd(await makeJxl(makePicture(64, 48)), "64x48"),
    "claim.jxl": odd(makeJxlHeader({ width: 20_000, height: 20_000 }), "image_too_large"),
    "scan.bmp": odd(makeBmp({ ...SMALL, depth: 24, pixelAt: (x, y) => x * 256 + y }), "64x48"),
    "claim.png": odd(makePngClaim(30_000, 30_000), "image_too_large"),
    "huge.jpg": odd(new Uint8Array(100 * 2 ** 20), "image_too_large"),
    "good.jpg": odd(photo, "1920x1280"),
  };
}

async function predictJson(
  cluster: Cluster,
  inputs: readonly string[],
): Promise<{ code: number; lines: PredictRow[] }> {
  const line = ["predict", ...inputs, "--master", cluster.address, "--json", "--out", join(cluster.directory, "out")];
  const { code, out } = await runDml(line, { cwd: cluster.directory });
  const lines = out.trim().split("\n").filter((text) => text !== "");
  const what = { what: "A line of --json", code: "internal" } as const;
  return { code, lines: lines.map((text) => parseAs(predictRowSchema, JSON.parse(text), what)) };
}

function outcomeOf(line: PredictRow): string {
  return line.ok ? `${line.prediction.width}x${line.prediction.height}` : line.error.code;
}

Deno.test("every unusual picture gets an answer or one clear error that names it; the others are processed; no worker stays dead", async () => {
  await using cluster = await Cluster.start();
  await cluster.join("one");
  const pictures = await oddPictures();
  const paths = Object.keys(pictures).map((name) => join(cluster.directory, name));
  for (const path of paths) await Deno.writeFile(path, pictures[basename(path)].bytes);
  const missing = join(cluster.directory, "missing.jpg");
  const empty = join(cluster.directory, "no-pictures");
  await Deno.mkdir(empty);

  const { code, lines } = await predictJson(cluster, [...paths, missing, empty]);

  assertEquals(code, 1);
  const outcomes = Object.fromEntries(lines.map((line) => [basename(line.file), outcomeOf(line)]));
  const expected = Object.fromEntries(Object.entries(pictures).map(([name, picture]) => [name, picture.expected]));
  assertEquals(outcomes, {
    ...expected,
    "missing.jpg": "file_not_found",
    "no-pictures": "no_images",
  });
  const again = await predictJson(cluster, [join(cluster.directory, "good.jpg")]);
  assertEquals(again.code, 0);
  assert(again.lines[0].ok && again.lines[0].prediction.persons.length === 3);
});

Deno.test("a picture over the limit is refused by the master before it is read", async () => {
  await using cluster = await Cluster.start();
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: cluster.port });
  const head = `POST /v1/predictions HTTP/1.1\r\nHost: ${cluster.address}\r\nContent-Length: ${
    LIMITS.imageBytesMax + 1
  }\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const answer = new Uint8Array(16_384);
  const count = await connection.read(answer);
  connection.close();
  const text = new TextDecoder().decode(answer.subarray(0, count ?? 0));
  assertStringIncludes(text, "413");
  assertStringIncludes(text, "image_too_large");
});
