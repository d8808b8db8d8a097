/** Tests of the master's page with real processes, a real photo, and a real browser. */
import { samplePhoto } from "../../../tools/sample_photos.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { Cluster } from "../cluster.ts";
import { BrowserPage, WITH_BROWSER } from "./browser_page.ts";

/** A name that is code in HTML, and goes from right to left. */
const NAME = 'עדה <img src=x onerror="document.title=1">';

async function names(browser: BrowserPage): Promise<string[]> {
  return await browser.page.locator("svg .box text").allTextContents();
}

Deno.test("a photo is tried on the page, and a face on it gets a name", WITH_BROWSER, async () => {
  await using cluster = await Cluster.start();
  await cluster.join("attic");
  await using browser = await BrowserPage.open(`http://${cluster.address}/`);
  const { page } = browser;
  await page.getByRole("heading", { name: "Try it" }).waitFor();
  await browser.choose([{ name: "one.jpg", bytes: await samplePhoto(1) }]);
  await browser.shows("3 faces");
  assertEquals(await names(browser), ["1", "2", "3"]);

  await page.locator(".face").nth(2).click();
  await page.getByLabel("This is").fill(NAME);
  await page.getByRole("button", { name: "Enrol" }).click();
  await page.locator(".who bdi").waitFor();
  assertEquals(await page.locator(".who bdi").textContent(), NAME, "the name is text, not HTML");
  assertEquals(await names(browser), ["1", "2", `3 ${NAME}`]);
  assertEquals(await page.locator("main img").count(), 1, "the name made no picture");

  // The same woman, on another photo.
  await browser.choose([{ name: "three.jpg", bytes: await samplePhoto(3) }]);
  await page.locator("g.known").waitFor();
  assert((await names(browser)).some((text) => text.endsWith(NAME)));
  await page.getByLabel("Show names from similarity").fill("1");
  await page.locator("g.uncertain").waitFor();
  assertEquals(await names(browser), ["1", "2", "3"], "the slider takes the name away at once");
  await page.getByLabel("Show names from similarity").fill("0");
  await page.locator("g.known").waitFor();

  await page.locator("g.known text").hover();
  assertStringIncludes(await page.locator(".face-card").textContent() ?? "", "Similarity");
  await page.getByText("JSON", { exact: true }).click();
  assertStringIncludes(await page.getByLabel("JSON").textContent() ?? "", '"recognition": "known"');
  await page.getByText("curl", { exact: true }).click();
  const line = await page.getByLabel("curl line").textContent() ?? "";
  assertStringIncludes(line, `http://${cluster.address}/v1/predictions?model=faces&gallery=default`);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the annotated picture" }).click();
  const saved = await saving;
  assertEquals(saved.suggestedFilename(), "three.annotated.jpg");
  const bytes = await Deno.readFile(await saved.path());
  assertEquals([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff], "it is a JPEG");
  assertEquals(browser.errors, []);
});

Deno.test("the page says what is wrong with a file, and goes on", WITH_BROWSER, async () => {
  await using cluster = await Cluster.start();
  await cluster.join("attic");
  await using browser = await BrowserPage.open(`http://${cluster.address}/`);
  const { page } = browser;
  await browser.choose([{
    name: "notes.txt",
    bytes: new TextEncoder().encode("no picture at all"),
    mimeType: "text/plain",
  }]);
  await page.getByRole("alert").waitFor();
  assertStringIncludes(await page.getByRole("alert").textContent() ?? "", "Convert it to PNG");
  // Larger than Playwright hands over as bytes: the page makes the file itself.
  await page.evaluate(`{
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(64 * 1024 * 1024 + 1)], "large.jpg", { type: "image/jpeg" }));
    const event = new DragEvent("drop", { dataTransfer: files, bubbles: true });
    document.querySelector(".drop").dispatchEvent(event);
  }`);
  await browser.shows("a picture may have 64.0 MiB");
  await browser.choose([{ name: "one.jpg", bytes: await samplePhoto(1) }]);
  await browser.shows("3 faces");
  assertEquals(browser.errors, []);
});

Deno.test("the page outlasts a restart of the master, and keeps what it showed", WITH_BROWSER, async () => {
  await using cluster = await Cluster.start();
  await cluster.join("attic");
  const { controlPort } = await cluster.client.info();
  await using browser = await BrowserPage.open(`http://${cluster.address}/`);
  await browser.choose([{ name: "one.jpg", bytes: await samplePhoto(1) }]);
  await browser.shows("3 faces");
  await browser.goTo("Cluster");
  await browser.shows("1 node, 1 ready");
  await cluster.master.stop("SIGKILL");
  await browser.shows("The master does not answer.");
  await cluster.restartMaster({ controlPort });
  await browser.page.getByText("The master does not answer.").waitFor({ state: "detached" });
  await browser.shows("1 node, 1 ready");
  await browser.goTo("Try it");
  await browser.shows("3 faces");
  assertEquals(browser.errors, []);
});
