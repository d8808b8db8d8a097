/** Tests of the view of nodes, and of joining by the line that it shows. */
import { join } from "node:path";
import { DmlProcess, runDml } from "../../../tools/dml_process.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { Cluster } from "../cluster.ts";
import { LAN_ADDRESS, SecureCluster } from "../security/secure_cluster.ts";
import { BrowserPage, WITH_BROWSER } from "./browser_page.ts";

async function signIn({ page }: BrowserPage, token: string): Promise<void> {
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

Deno.test("a node is drained, resumed and shut down on the page", WITH_BROWSER, async () => {
  await using cluster = await Cluster.start();
  const node = await cluster.join("attic");
  await using browser = await BrowserPage.open(`http://${cluster.address}/#/cluster`);
  const { page } = browser;
  const order = async (label: string) => {
    await page.locator(".node").getByRole("button", { name: label }).click();
    await page.getByRole("dialog").getByRole("button", { name: label }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  };
  await page.locator(".node .pill", { hasText: /^ready$/ }).waitFor();
  await order("Drain");
  await page.locator(".node .pill", { hasText: "draining" }).waitFor();
  await order("Resume");
  await page.locator(".node .pill", { hasText: /^ready$/ }).waitFor();
  await order("Shut down");
  assertEquals(await node.ended(), 0);
  await page.locator(".node .pill", { hasText: "offline" }).waitFor();
  await order("Remove");
  await page.locator(".node .pill", { hasText: "removed" }).waitFor();
  await browser.goTo("Audit");
  await browser.shows("node.remove");
  await browser.goTo("Logs");
  await page.locator(".log li").first().waitFor();
  await browser.goTo("Models");
  await browser.shows("in force");
  assertEquals(browser.errors, []);
});

Deno.test("the page helps when no node comes within a minute", WITH_BROWSER, async () => {
  await using cluster = await Cluster.start();
  await using browser = await BrowserPage.open(`http://${cluster.address}/#/cluster`);
  const { page } = browser;
  await browser.shows("No node has joined yet.");
  await page.clock.install();
  await page.getByRole("button", { name: "Add a node" }).click();
  await page.getByRole("button", { name: "Show the line" }).click();
  await browser.shows("Waiting for the node");
  assertEquals(await page.getByText("Nothing has come for a minute").count(), 0);
  await page.clock.runFor(61_000);
  await browser.shows("Nothing has come for a minute");
  await browser.shows("A firewall");
});

Deno.test(
  "the line that the page shows lets a host join over TLS, and the page turns green",
  WITH_BROWSER,
  async () => {
    assert(LAN_ADDRESS !== null, "this host has no address beside loopback");
    await using cluster = await SecureCluster.start();
    await using browser = await BrowserPage.open(`https://${LAN_ADDRESS}:${cluster.port}/`);
    const { page } = browser;
    await signIn(browser, cluster.tokens.admin);
    await browser.goTo("Cluster");
    await page.getByRole("button", { name: "Add a node" }).click();
    await page.getByLabel("The line is good for one host, for").selectOption("1 day");
    await page.getByRole("button", { name: "Make the line" }).click();
    const line = await page.getByLabel("Line to paste").textContent() ?? "";
    assertStringIncludes(line, `dml join ${LAN_ADDRESS}:${cluster.port} --token dmln_`);
    await browser.shows("Waiting for the node");
    const [_dml, ...words] = line.split(" ");
    const home = join(cluster.directory, "attic");
    await using _node = DmlProcess.start([...words, "--name", "attic", "--workers", "1"], { home });
    await page.locator(".arrived", { hasText: "attic has joined." }).waitFor();
    await page.locator(".arrived", { hasText: "It is ready" }).waitFor();
    const again = await runDml([...words, "--name", "cellar", "--once"].filter((word) => word !== "--once"), {
      cwd: cluster.directory,
    });
    assertEquals(again.code, 3, "the line lets one host in");
    assertEquals(browser.errors, []);
  },
);
