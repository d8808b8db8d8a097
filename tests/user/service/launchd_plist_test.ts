import { launchdPlist } from "../../../user/service/launchd_plist.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("launchdPlist() is well-formed and contains the program with its arguments", () => {
  const plist = launchdPlist({
    label: "dml.join",
    commandLine: ["/usr/local/bin/dml", "join", "--name=Tom & <Jerry>"],
    environment: { DML_HOME: "/Users/a/Library/Application Support/dml" },
    logPath: "/Users/a/join.log",
  });
  // All elements must be closed in the opposite order of their opening.
  const open: string[] = [];
  for (const [, slash, name, end] of plist.matchAll(/<(\/?)([a-zA-Z]+)[^>]*?(\/?)>/g)) {
    if (end === "/" || plist.startsWith("<?xml") && name === "xml") continue;
    if (slash === "/") assertEquals(open.pop(), name);
    else open.push(name);
  }
  assertEquals(open, []);
  assert(plist.includes("<string>--name=Tom &amp; &lt;Jerry&gt;</string>"), plist);
  assert(plist.includes("<key>DML_HOME</key><string>/Users/a/Library/Application Support/dml</string>"), plist);
  assert(plist.includes("<key>RunAtLoad</key><true/>"), plist);
});
