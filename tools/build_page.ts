/** Bundles the page of `master/dashboard/` into the file that the master serves. */
import { bundledPage, PAGE_BUNDLE } from "./page/bundled_page.ts";

const text = await bundledPage();
await Deno.writeTextFile(PAGE_BUNDLE, text);
console.log(`page.js: ${text.length} characters`);
