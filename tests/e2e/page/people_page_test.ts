/** Tests of the view of people with real processes and a real browser. */
import { samplePhoto } from "../../../tools/sample_photos.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { Cluster } from "../cluster.ts";
import { BrowserPage, WITH_BROWSER } from "./browser_page.ts";

/** Enrols face `face` of photo 1 as `name`, as a program does. */
async function enrol(cluster: Cluster, name: string, face: number): Promise<void> {
  const path = `/v1/galleries/default/people/${encodeURIComponent(name)}/faces?face=${face}&source=one.jpg`;
  const body = await samplePhoto(1);
  const response = await fetch(`http://${cluster.address}${path}`, { method: "POST", body });
  await response.body?.cancel();
  assertEquals(response.status, 200);
}

async function people(browser: BrowserPage): Promise<string[]> {
  return await browser.page.locator(".entry bdi").allTextContents();
}

Deno.test("people are added, renamed, merged, removed and brought back on the page", WITH_BROWSER, async () => {
  await using cluster = await Cluster.start();
  await cluster.join("attic");
  await enrol(cluster, "Ada", 3);
  await enrol(cluster, "Grace", 1);
  await using browser = await BrowserPage.open(`http://${cluster.address}/`);
  const { page } = browser;
  await browser.goTo("People");
  await browser.shows("2 people, 2 faces");

  await page.locator(".entry", { hasText: "Ada" }).click();
  await browser.shows("one.jpg");
  await page.locator(".face-picture img").waitFor();
  await page.locator(".panel").getByLabel("Name").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Rename" }).click();
  await page.locator(".entry", { hasText: "Ada Lovelace" }).waitFor();

  // A picture of several persons says what to do instead.
  await browser.choose([{ name: "three.jpg", bytes: await samplePhoto(3) }], page.locator(".panel"));
  await page.locator(".enrolled .problem").waitFor();
  assertStringIncludes(await page.locator(".enrolled .problem").textContent() ?? "", "3 faces");
  await page.locator(".panel").getByLabel("Is the same person as").selectOption("Grace");
  await page.getByRole("dialog").getByRole("button", { name: "Merge" }).click();
  await browser.shows("1 person, 2 faces");
  assertEquals(await people(browser), ["Ada Lovelace"]);

  await page.getByRole("button", { name: "Remove the gallery" }).click();
  const remove = page.getByRole("dialog").getByRole("button", { name: "Remove everybody" });
  assertEquals(await remove.isDisabled(), true, "the name has to be typed first");
  await page.getByRole("dialog").getByRole("textbox").fill("default");
  await remove.click();
  await browser.shows("Nobody is enrolled in this gallery.");

  await page.getByText("Removed: ").click();
  await page.locator(".trash li", { hasText: "The gallery default" }).getByRole("button", { name: "Bring back" })
    .click();
  await browser.shows("1 person, 2 faces");
  assertEquals(await people(browser), ["Ada Lovelace"]);
  assertEquals(browser.errors, []);
});
