/** Tests of signing in to the page by a token, over TLS. */
import { parseAs, z } from "../../../protocol/schema.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { LAN_ADDRESS, SecureCluster } from "../security/secure_cluster.ts";
import { BrowserPage, WITH_BROWSER } from "./browser_page.ts";

async function open(cluster: SecureCluster): Promise<BrowserPage> {
  return await BrowserPage.open(`https://127.0.0.1:${cluster.port}/`);
}

async function signIn({ page }: BrowserPage, token: string): Promise<void> {
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function views({ page }: BrowserPage): Promise<string[]> {
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  return await page.getByRole("navigation").getByRole("link").allTextContents();
}

/** Creates a token on the master's host and returns it. */
async function created(cluster: SecureCluster, ...flags: string[]): Promise<string> {
  const { code, text } = await cluster.run([
    "token",
    "create",
    ...flags,
    "--master",
    `127.0.0.1:${cluster.port}`,
    "--token",
    cluster.tokens.admin,
    "--json",
  ]);
  assertEquals(code, 0, text);
  return parseAs(z.looseObject({ token: z.string() }), JSON.parse(text.split("\n")[0]), {
    what: "The token",
    code: "internal",
  }).token;
}

Deno.test(
  "a role sees its views only, and a token stays with the browser, out of reach of scripts",
  WITH_BROWSER,
  async () => {
    await using cluster = await SecureCluster.start();
    await using browser = await open(cluster);
    const { page } = browser;
    await signIn(browser, "dmlu_wrong");
    await page.getByRole("alert").waitFor();
    assertStringIncludes(await page.getByRole("alert").textContent() ?? "", "cut short");
    await signIn(browser, cluster.tokens.user);
    assertEquals(await views(browser), ["Try it"]);
    await page.goto(`https://127.0.0.1:${cluster.port}/#/cluster`);
    await page.reload();
    assertEquals(await views(browser), ["Try it"]);
    await page.getByRole("heading", { name: "Try it" }).waitFor();
    assertEquals(await page.evaluate("document.cookie + JSON.stringify(localStorage)"), "{}");
    const [cookie] = await page.context().cookies();
    assertEquals([cookie.httpOnly, cookie.secure, cookie.sameSite], [true, true, "Strict"]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assertEquals(await page.context().cookies(), []);
    await signIn(browser, cluster.tokens.admin);
    assertEquals(await views(browser), ["Try it", "People", "Cluster", "Models", "Logs", "Audit"]);
    assertEquals(browser.errors, []);
  },
);

Deno.test("a token that is revoked while the page is open ends the session with its reason", WITH_BROWSER, async () => {
  await using cluster = await SecureCluster.start();
  const token = await created(cluster, "--role", "admin", "--name", "desk");
  await using browser = await open(cluster);
  await signIn(browser, token);
  await browser.goTo("Cluster");
  await browser.shows("No node has joined yet.");
  const { code, text } = await cluster.run([
    "token",
    "revoke",
    "desk",
    "--master",
    `127.0.0.1:${cluster.port}`,
    "--token",
    cluster.tokens.admin,
  ]);
  assertEquals(code, 0, text);
  await browser.page.getByRole("alert").waitFor();
  assertStringIncludes(await browser.page.getByRole("alert").textContent() ?? "", "revoked");
  await signIn(browser, cluster.tokens.admin);
  await browser.page.getByRole("alert").waitFor({ state: "detached" });
  await browser.shows("No node has joined yet.");
  assertEquals(browser.errors, []);
});

Deno.test("a token for one gallery sees the people in it, and no other gallery", WITH_BROWSER, async () => {
  await using cluster = await SecureCluster.start();
  const token = await created(cluster, "--role", "people", "--gallery", "staff");
  await using browser = await open(cluster);
  await signIn(browser, token);
  assertEquals(await views(browser), ["Try it", "People"]);
  const galleries = () => browser.page.getByLabel("Gallery").locator("option").allTextContents();
  assertEquals(await galleries(), ["staff", "none: compare with nobody"]);
  await browser.goTo("People");
  await browser.shows("Nobody is enrolled in this gallery.");
  assertEquals(await galleries(), ["staff"]);
  assertEquals(browser.errors, []);
});

Deno.test("one signs in to a master without TLS too", WITH_BROWSER, async () => {
  assert(LAN_ADDRESS !== null, "this host has no address beside loopback");
  await using cluster = await SecureCluster.start({ flags: ["--host", "0.0.0.0", "--insecure"] });
  await using browser = await BrowserPage.open(`http://${LAN_ADDRESS}:${cluster.port}/`);
  await signIn(browser, cluster.tokens.admin);
  await browser.goTo("Cluster");
  await browser.shows("No node has joined yet.");
  await browser.page.getByRole("button", { name: "Add a node" }).click();
  await browser.page.getByRole("button", { name: "Make the line" }).click();
  await browser.shows("Waiting for the node");
  await browser.page.getByRole("button", { name: "Sign out" }).click();
  await browser.page.getByRole("heading", { name: "Sign in" }).waitFor();
  assertEquals(browser.errors, []);
});
