/** The page that the master serves is what its sources are bundled to, and small enough for a phone. */
import { pageFile } from "../../../master/http/page/page_files.ts";
import { bundledPage, PAGE_BUNDLE } from "../../../tools/page/bundled_page.ts";
import { assert, assertEquals } from "../../assert.ts";

const COMPRESSED_BYTES_MAX = 150_000;

Deno.test("page.js is bundled from master/dashboard/: deno task build:page", async () => {
  const isSame = await Deno.readTextFile(PAGE_BUNDLE) === await bundledPage();
  assert(isSame, "page.js is not what master/dashboard/ is bundled to: run `deno task build:page`");
});

Deno.test("the files of the page have at most 150 kB together when compressed", async () => {
  const files = await Promise.all(["page.html", "page.js", "page.css", "icon.svg"].map((name) => pageFile(name)!));
  const bytes = files.reduce((sum, { compressed }) => sum + compressed.length, 0);
  assert(bytes <= COMPRESSED_BYTES_MAX, `${bytes} bytes`);
});

Deno.test("the document has no code and no style of its own, which the master's policy forbids", async () => {
  const html = new TextDecoder().decode((await pageFile("page.html")!).bytes);
  assertEquals(html.match(/<style|style=|\son\w+=|<script(?![^>]*\bsrc=)|javascript:/g), null);
  assertEquals(html.match(/https?:\/\//g), null);
});
