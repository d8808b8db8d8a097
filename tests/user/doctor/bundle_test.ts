import { assert, assertEquals } from "../../assert.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { withPin } from "../../../protocol/security/pin.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { VERSION } from "../../../protocol/version.ts";
import type { DoctorCommand } from "../../../user/cli/command.ts";
import { bundleText } from "../../../user/doctor/bundle.ts";
import { redact } from "../../../user/doctor/redact.ts";

const { user, admin, node } = newTokens();
const PIN = "7".repeat(26);
const PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAsecretsecret\n-----END PRIVATE KEY-----";
const HOME = "/home/ada.lovelace/data/dml";
const COMMAND: DoctorCommand = {
  verb: "doctor",
  master: { hostname: "attic.example.org", port: 7400 },
  token: withPin(user, PIN),
  context: "ada-at-home",
  bundle: "dml.json",
  home: HOME,
  json: false,
};
/** Everything that a stranger must not read. */
const SECRETS = [
  ...[user, admin, node].map((token) => token.slice("dmlu_".length)),
  ...[PIN, "secretsecret", "attic", "example.org", "ada", "lovelace"],
  ...["192.168.1.77", "fd00:1:2::7", "2001:db8:0:0:1:2:3:4", "/home/ada"],
];
const LEAKY = [
  "192.168.1.77 is not reached.",
  `The token ${withPin(user, PIN)} and the tokens ${admin} and ${withPin(node, PIN)} are wrong.`,
  `16 MiB were written to ${HOME}/master and read back; /home/ada.lovelace/other was not.`,
  "https://attic.example.org:7400, 192.168.1.77:7401, http://[fd00:1:2::7]:7400, 2001:db8:0:0:1:2:3:4",
  `${PEM}; the context ada-at-home`,
];

Deno.test("bundleText() holds versions and results, and no secret in any of them", () => {
  const error = { code: "unauthorized", message: LEAKY.join(" "), advice: LEAKY.join("\n") };
  const steps = [
    ...LEAKY.map((detail) => ({ step: "disk", ok: true as const, detail })),
    { step: "token", ok: false as const, error },
  ];
  const text = bundleText({ command: COMMAND, home: HOME, steps, clock: SYSTEM_CLOCK });
  for (const secret of SECRETS) assert(!text.includes(secret), `${secret} in ${text}`);
  const bundle = JSON.parse(text);
  assertEquals(bundle.versions.dml, VERSION);
  assertEquals(bundle.settings, {
    master: "another host",
    port: 7400,
    token: "with a pin",
    context: "one",
    home: "another one",
  });
  assertEquals(bundle.steps.length, LEAKY.length + 1);
  assert(bundle.steps[2].detail.startsWith("16 MiB were written to DML_HOME/master and read back"));
  assertEquals(bundle.steps.at(-1).error.code, "unauthorized");
});

Deno.test("redact() leaves what tells nothing about anybody", () => {
  const text = "127.0.0.1:7400 and [::1]:7400 answer at 2026-11-30T21:04:05.123Z with faces@1 in 12 ms; 1.2 GiB free.";
  assertEquals(redact(text, { secrets: [] }), text);
});
