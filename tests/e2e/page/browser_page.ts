import { Buffer } from "node:buffer";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { isMissing } from "../../host_tool.ts";

const CHROMIUM = "chromium";
/** Time in which something has to appear on the page; a test that waits longer has failed. */
const PATIENCE_MS = 60_000;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Options of tests that drive a browser: they are left out on hosts without Chromium. The pipes of
 * Playwright stay open until Chromium has ended, behind the end of a test.
 */
export const WITH_BROWSER = { ignore: isMissing(CHROMIUM), sanitizeOps: false, sanitizeResources: false };

/** A file that somebody chooses; a JPEG unless it says otherwise. */
export interface ChosenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mimeType?: string;
}

/** A headless Chromium with an empty profile and one page in it; ended at disposal. */
export class BrowserPage implements AsyncDisposable {
  /** Errors on the console of the page, but for answers that are refusals. */
  readonly errors: string[] = [];

  private constructor(readonly browser: Browser, readonly page: Page) {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.errors.push(message.text());
      }
    });
  }

  /** Opens `address` in a browser of 1280 by 900 pixels unless `options` say otherwise. */
  static async open(address: string, options: BrowserContextOptions = {}): Promise<BrowserPage> {
    const browser = await chromium.launch({ executablePath: executable(), args: FLAGS });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      ignoreHTTPSErrors: true,
      ...options,
    });
    const opened = new BrowserPage(browser, await context.newPage());
    await opened.page.goto(address);
    return opened;
  }

  /** Goes to the view called `title`, as a click in the navigation does. */
  async goTo(title: string): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name: title, exact: true }).click();
    await this.page.getByRole("heading", { level: 1, name: title }).waitFor();
  }

  /** Gives the first part of the page that takes pictures, or that in `within`, files. */
  async choose(files: readonly ChosenFile[], within: Pick<Page, "getByLabel"> = this.page): Promise<void> {
    const payloads = files.map(({ name, bytes, mimeType = "image/jpeg" }) => {
      return { name, mimeType, buffer: Buffer.from(bytes) };
    });
    await within.getByLabel("Pictures", { exact: true }).first().setInputFiles(payloads);
  }

  /** Resolves once the page shows `text` somewhere. */
  async shows(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

function executable(): string {
  const paths = (Deno.env.get("PATH") ?? "").split(":").map((directory) => `${directory}/${CHROMIUM}`);
  const found = paths.find((path) => isFile(path));
  if (found === undefined) throw new Error(`${CHROMIUM} is not in PATH`);
  return found;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
