import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import type { CliCommand } from "../../../user/cli/command.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

const COMMON = { verb: "people", gallery: "default", json: false, master: null, token: null } as const;
const ENROLL = {
  ...COMMON,
  subVerb: "enroll",
  name: "Ada",
  inputs: ["a.jpg"],
  face: null,
  largest: false,
  anyAngle: false,
  metadata: {},
  dryRun: false,
  concurrency: 8,
} as const;

/** Splits a line at blanks; no value in these tables contains one. */
const words = (line: string) => `people ${line}`.split(" ").filter((word) => word !== "");

Deno.test("parseCommand() reads every sub-verb of people", () => {
  const table: [string, CliCommand][] = [
    ["", { ...COMMON, subVerb: "list", galleries: false }],
    ["list --all --json", { ...COMMON, json: true, subVerb: "list", galleries: true }],
    ["enroll Ada a.jpg", ENROLL],
    ["enroll Ada a.jpg b.jpg --face 2 -g staff --dry-run -c 2", {
      ...ENROLL,
      inputs: ["a.jpg", "b.jpg"],
      face: 2,
      gallery: "staff",
      dryRun: true,
      concurrency: 2,
    }],
    ["enroll staff/ --largest", { ...ENROLL, name: null, inputs: ["staff/"], largest: true }],
    ["enroll Ada a.jpg --meta team=a=b --meta badge=", { ...ENROLL, metadata: { team: "a=b", badge: null } }],
    ["enroll Ada a.jpg --meta team=x", { ...ENROLL, metadata: { team: "x" } }],
    ["show Ada", { ...COMMON, subVerb: "show", name: "Ada" }],
    ["rename Ada Eve", { ...COMMON, subVerb: "rename", name: "Ada", newName: "Eve" }],
    ["note Ada --meta a=b", { ...COMMON, subVerb: "note", name: "Ada", metadata: { a: "b" } }],
    ["merge Ada Eve", { ...COMMON, subVerb: "merge", name: "Ada", from: "Eve" }],
    ["remove Ada", { ...COMMON, subVerb: "remove", name: "Ada", faceId: null }],
    ["remove --all -g guests", { ...COMMON, gallery: "guests", subVerb: "remove", name: null, faceId: null }],
    ["remove Ada --face-id face_00000000000000000000", {
      ...COMMON,
      subVerb: "remove",
      name: "Ada",
      faceId: "face_00000000000000000000",
    }],
    ["reject Ada a.jpg --face 1", {
      ...COMMON,
      subVerb: "reject",
      name: "Ada",
      inputs: ["a.jpg"],
      face: 1,
      largest: false,
      anyAngle: false,
    }],
    ["export", { ...COMMON, subVerb: "export", file: null }],
    ["export -", { ...COMMON, subVerb: "export", file: null }],
    ["export a.people", { ...COMMON, subVerb: "export", file: "a.people" }],
    ["import a.people", { ...COMMON, subVerb: "import", file: "a.people" }],
    ["enroll Ada a.jpg --any-angle", { ...ENROLL, anyAngle: true }],
    ["test dir", { ...COMMON, subVerb: "test", directory: "dir", anyAngle: false, concurrency: 8 }],
    [
      "test dir --outage 5m",
      { ...COMMON, outageMs: 300_000, subVerb: "test", directory: "dir", anyAngle: false, concurrency: 8 },
    ],
    ["test dir --any-angle", { ...COMMON, subVerb: "test", directory: "dir", anyAngle: true, concurrency: 8 }],
    ["calibrate dir --apply", {
      ...COMMON,
      subVerb: "calibrate",
      directory: "dir",
      anyAngle: false,
      apply: true,
      concurrency: 8,
    }],
    ["check", { ...COMMON, subVerb: "check", name: null }],
    ["check Ada --json", { ...COMMON, json: true, subVerb: "check", name: "Ada" }],
    ["thresholds", { ...COMMON, subVerb: "thresholds", change: {}, isDefault: false }],
    ["thresholds --default --margin 0", {
      ...COMMON,
      subVerb: "thresholds",
      change: { marginMin: 0 },
      isDefault: true,
    }],
    ["thresholds --known 0.5 --unknown=-0.25 --margin 0 --eye-distance 20 --sharpness 12.5", {
      ...COMMON,
      subVerb: "thresholds",
      change: { known: 0.5, unknown: -0.25, marginMin: 0, eyeDistanceMin: 20, sharpnessMin: 12.5 },
      isDefault: false,
    }],
    ["--help", { verb: "help", topic: "people" }],
    ["enroll --help", { verb: "help", topic: "people", subVerb: "enroll" }],
  ];
  for (const [line, expected] of table) assertEquals(parseCommand(words(line), {}).command, expected, line);
  const help = { verb: "help", topic: "people", subVerb: "test" } as const;
  assertEquals(parseCommand(["help", "people", "test"], {}).command, help);
  const named = parseCommand(words("list"), { DML_GALLERY: "staff", DML_MASTER: "10.0.0.1" }).command;
  assertEquals(named.verb === "people" && [named.gallery, named.master?.hostname], ["staff", "10.0.0.1"]);
});

Deno.test("parseCommand() refuses lines about people with missing, surplus or wrong words", () => {
  const table: [line: string, message: string, advice: string][] = [
    ["enrol Ada a.jpg", '"enrol"', "`dml people enroll`"],
    ["enroll", "needs a name and pictures", "`dml people enroll --help`"],
    ["enroll Ada a --face 1 --largest", "cannot be combined", "help"],
    ["enroll Ada a --face 0", "from 1", "help"],
    ["enroll Ada a --meta team", '"team"', "KEY"],
    ["enroll Ada a --gallery none", "gallery", "help"],
    ["enroll Ada a --apply", "`dml people calibrate`", "`dml people enroll --help`"],
    ["rename Ada", "their new name", "help"],
    ["rename a b c", '"c"', "help"],
    ["note Ada", "--meta KEY=VALUE", "help"],
    ["remove", "--all", "whole gallery"],
    ["remove Ada --all", "--all", "whole gallery"],
    ["remove Ada --face-id 7", "--face-id", "help"],
    ["reject Ada", "pictures", "help"],
    ["import", "a file", "help"],
    ["thresholds --known 2", "from -1 to 1", "help"],
    ["thresholds --known 0.5 --default", "cannot be combined", "help"],
    ["check Ada Eve", '"Eve"', "help"],
    ["thresholds --known high", '"high"', "help"],
    ["list --face 2", "`dml people enroll`", "help"],
  ];
  for (const [line, message, advice] of table) {
    const error = assertThrows(() => parseCommand(words(line), {}), DmlError);
    assertEquals(error.code, "usage", line);
    assertStringIncludes(error.message, message);
    assertStringIncludes(error.advice, advice);
  }
});
