import { executableOf, HEAD_BYTES, isNewer, targetNameOf } from "../../../protocol/program/executable.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("isNewer() compares number by number, and never takes what is no version for newer", () => {
  const rising = ["0.0.9", "0.1.0", "0.2.0", "0.10.0", "1.0.0", "1.0.10", "2.0.0"];
  for (const [at, version] of rising.entries()) {
    for (const [other, candidate] of rising.entries()) {
      assertEquals(isNewer(candidate, version), other > at, `${candidate} against ${version}`);
    }
  }
  for (const odd of ["", "1", "1.0", "9.9.9-rc.1", "v9.9.9", "9.9.9 "]) {
    assert(!isNewer(odd, "0.1.0"), odd);
    assert(!isNewer("9.9.9", odd), odd);
  }
});

Deno.test("executableOf() reads version and target off the beginning, and takes nothing else for dml", () => {
  const read = (text: string) => executableOf(new TextEncoder().encode(text));
  const head = "#!/bin/sh\n# dml 0.2.0 for linux-x64: this script, then an archive.\n";
  assertEquals(read(head), { version: "0.2.0", target: "linux-x64" });
  assertEquals(read(head + "x".repeat(1_000)), { version: "0.2.0", target: "linux-x64" });
  const others = [
    "",
    "\x7fELF",
    "#!/bin/sh\nrm -rf ~\n",
    ` ${head}`,
    head.replace("0.2.0", "latest"),
    "#!/bin/bash\n# dml",
  ];
  for (const other of others) assertEquals(read(other), null, other);
  assertEquals(executableOf(new Uint8Array(HEAD_BYTES)), null);
});

Deno.test("targetNameOf() names hosts as the build does", () => {
  assertEquals(targetNameOf({ os: "linux", arch: "x86_64" }), "linux-x64");
  assertEquals(targetNameOf({ os: "darwin", arch: "aarch64" }), "macos-arm64");
  assertEquals(targetNameOf({ os: "windows", arch: "x86_64" }), "windows-x64");
});
