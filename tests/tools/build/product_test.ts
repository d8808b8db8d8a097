import { parseArguments } from "../../../tools/build/build_arguments.ts";
import { checksums, productName } from "../../../tools/build/product.ts";
import { TARGETS } from "../../../tools/build/targets.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

const HOST = { os: "linux", arch: "x86_64" };
const LINUX = { name: "linux-x64", os: "linux" } as const;
const WINDOWS = { name: "windows-x64", os: "windows" } as const;

Deno.test("productName() is dml for this host, and contains the target's name for any other", () => {
  assertEquals(productName(LINUX, { isForThisHost: true, isZip: false }), "dml");
  assertEquals(productName(LINUX, { isForThisHost: false, isZip: false }), "dml-linux-x64");
  assertEquals(productName(WINDOWS, { isForThisHost: false, isZip: true }), "dml-windows-x64.zip");
  assertEquals(productName(WINDOWS, { isForThisHost: true, isZip: false }), "dml.exe");
});

Deno.test("checksums() are sorted lines for sha256sum", () => {
  const bytes = new TextEncoder().encode("abc");
  const sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assertEquals(checksums([{ name: "b", bytes }, { name: "a", bytes }]), `${sum}  a\n${sum}  b\n`);
});

Deno.test("parseArguments() builds for this host by default, and refuses unknown targets", () => {
  const order = parseArguments([], HOST);
  assertEquals([order.optional, parseArguments(["--optional"], HOST).optional], [false, true]);
  assertEquals([order.targets.map(({ name }) => name), order.isForThisHost, order.way], [["linux-x64"], true, null]);
  assertEquals(parseArguments(["--target", "all", "--way", "portable"], HOST).targets, TARGETS);
  assertEquals(parseArguments(["--target", "macos-arm64"], HOST).isForThisHost, false);
  for (const wrong of [["--target", "beos"], ["--way", "magic"], ["--traget", "all"], ["dml"]]) {
    assertThrows(() => parseArguments(wrong, HOST), Error);
  }
  assertThrows(() => parseArguments([], { os: "linux", arch: "riscv" }), Error, "riscv");
});
