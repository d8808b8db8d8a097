/** Tests of the page by keyboard, on a phone, in both schemes, and by the rules of axe. */
import axe from "axe-core";
import { samplePhoto } from "../../../tools/sample_photos.ts";
import { parseAs, z } from "../../../protocol/schema.ts";
import { assert, assertEquals } from "../../assert.ts";
import { Cluster } from "../cluster.ts";
import { BrowserPage, WITH_BROWSER } from "./browser_page.ts";

/** Every view, and something in it that comes from the master. */
const VIEWS = {
  "Try it": ".faces",
  "People": "text=Nobody is enrolled",
  "Cluster": ".node .models",
  "Models": "text=in force",
  "Logs": ".log li",
  "Audit": "td",
};
const violationsSchema = z.array(z.object({ id: z.string(), impact: z.string().nullable(), where: z.string() }));

/** Returns what axe finds serious or critical in the present view. */
async function faults({ page }: BrowserPage): Promise<unknown[]> {
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate(`axe.run().then(({ violations }) => violations.map((violation) => ({
    id: violation.id,
    impact: violation.impact,
    where: violation.nodes.map(({ target, failureSummary }) => target + ": " + failureSummary).join("; "),
  })))`);
  return parseAs(violationsSchema, found, { what: "The report of axe", code: "internal" })
    .filter(({ impact }) => impact === "serious" || impact === "critical");
}

Deno.test(
  "every view fits phones and desks in both schemes, and axe finds nothing serious",
  WITH_BROWSER,
  async (test) => {
    await using cluster = await Cluster.start();
    await cluster.join("attic");
    for (const [width, colorScheme] of [[390, "light"], [390, "dark"], [1280, "light"], [1280, "dark"]] as const) {
      await test.step(`${width} pixels, ${colorScheme}`, async () => {
        await using browser = await BrowserPage.open(`http://${cluster.address}/`, {
          viewport: { width, height: 844 },
          colorScheme,
        });
        await browser.choose([{ name: "one.jpg", bytes: await samplePhoto(1) }]);
        await browser.shows("3 faces");
        await browser.page.locator(".face").first().click();
        for (const [title, content] of Object.entries(VIEWS)) {
          await browser.goTo(title);
          await browser.page.locator(content).first().waitFor();
          assertEquals(await faults(browser), [], title);
          const overflow = await browser.page.evaluate("document.documentElement.scrollWidth - innerWidth");
          assertEquals(overflow, 0, `${title} is wider than the screen`);
        }
        await browser.goTo("Cluster");
        await browser.page.getByRole("button", { name: "Add a node" }).click();
        await browser.page.getByRole("button", { name: "Show the line" }).click();
        await browser.page.locator(".node").getByRole("button", { name: "Remove" }).click();
        await browser.page.getByRole("dialog").waitFor();
        assertEquals(await faults(browser), [], "a question in front of the page");
        assertEquals(browser.errors, []);
      });
    }
  },
);

Deno.test("a node is drained with the keyboard alone", WITH_BROWSER, async () => {
  await using cluster = await Cluster.start();
  await cluster.join("attic");
  await using browser = await BrowserPage.open(`http://${cluster.address}/`);
  const { page } = browser;
  await page.getByRole("heading", { name: "Try it" }).waitFor();
  const focused = () => page.evaluate("document.activeElement.textContent.trim()");
  /** Presses Tab until the element with this text has the focus. */
  const reach = async (text: string) => {
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      if (await focused() === text) return;
    }
    assert(false, `${text} cannot be reached with Tab`);
  };
  await reach("Cluster");
  await page.keyboard.press("Enter");
  await page.locator(".node").waitFor();
  await reach("Drain");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assertEquals(await focused(), "Drain", "the focus is where it was");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await reach("Drain");
  await page.keyboard.press("Enter");
  await page.locator(".node .pill", { hasText: "draining" }).waitFor();
});
