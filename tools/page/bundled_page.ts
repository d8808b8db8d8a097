import { join } from "node:path";

const ROOT = new URL("../../", import.meta.url);
const SOURCE = "master/dashboard/page.tsx";

/** Notice that the licences of the bundled packages ask for. */
const NOTICE =
  "/*! Contains Preact (MIT, Copyright (c) 2015-present Jason Miller), Preact Signals (MIT, Copyright (c) " +
  "2022-present Preact Team) and Zod (MIT, Copyright (c) 2025 Colin McDonnell); see THIRD_PARTY.md. */\n";

/** The file with the bundled code of the page, which is checked in. */
export const PAGE_BUNDLE = new URL("master/dashboard/files/page.js", ROOT);

/** Bundles the code of the page for browsers, into one text. Throws with the bundler's messages. */
export async function bundledPage(): Promise<string> {
  const workshop = await Deno.makeTempDir({ prefix: "dml-page-" });
  try {
    const output = join(workshop, "page.js");
    const command = new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--no-check", "--platform=browser", "--minify", `--output=${output}`, SOURCE],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    });
    const { success, stderr } = await command.output();
    if (!success) throw new Error(`${SOURCE} cannot be bundled:\n${new TextDecoder().decode(stderr)}`);
    return NOTICE + await Deno.readTextFile(output);
  } finally {
    await Deno.remove(workshop, { recursive: true });
  }
}
