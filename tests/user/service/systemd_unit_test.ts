/**
 * Tests of the units with systemd's own checker. The CI script installs it; elsewhere the tests are
 * skipped if it is missing.
 */
import { join } from "node:path";
import { environmentLine, systemdUnit, type UnitOptions } from "../../../user/service/systemd_unit.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { isMissing } from "../../host_tool.ts";
import { FileTree } from "../file_tree.ts";

const SYSTEM: UnitOptions = {
  level: "system",
  description: "dml, 100% a node",
  commandLine: ["/bin/sh", "join", "10.0.0.1:7400", '--name=the "old" $attic 50%'],
  environment: { DML_HOME: "/var/lib/dml" },
  environmentFile: null,
};
const USER: UnitOptions = { ...SYSTEM, level: "user", environment: { DML_HOME: "/home/a b/dml" } };

/** Limit of the exposure level on a scale of 0 to 100; systemd calls this range "OK" or better. */
const EXPOSURE_MAX = 20;

async function systemdAnalyze(...line: string[]) {
  const command = new Deno.Command("systemd-analyze", { args: line, env: { SYSTEMD_COLORS: "0" } });
  const { code, stdout, stderr } = await command.output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

function isSystemdHere(): boolean {
  return !isMissing("systemd-analyze");
}

Deno.test({
  name: "systemdUnit() passes systemd-analyze verify",
  ignore: !isSystemdHere(),
  async fn() {
    using tree = new FileTree({ "token.env": environmentLine("DML_TOKEN", "x") });
    const unit = join(tree.path, "dml-test.service");
    for (const options of [SYSTEM, { ...SYSTEM, environmentFile: join(tree.path, "token.env") }, USER]) {
      await Deno.writeTextFile(unit, systemdUnit(options));
      // Units of both levels are verified as system units, because verifying a user unit needs a
      // user session.
      assertEquals(await systemdAnalyze("verify", "--man=no", unit), { code: 0, text: "" });
    }
    await Deno.writeTextFile(unit, systemdUnit(SYSTEM).replace("ProtectHome=yes", "ProtectHone=yes"));
    assertStringIncludes((await systemdAnalyze("verify", "--man=no", unit)).text, "ProtectHone");
  },
});

Deno.test({
  name: "systemdUnit() keeps the exposure of a system service low",
  ignore: !isSystemdHere(),
  async fn() {
    using tree = new FileTree({});
    const unit = join(tree.path, "dml-test.service");
    await Deno.writeTextFile(unit, systemdUnit(SYSTEM));
    const line = ["security", "--offline=true", "--no-pager", `--threshold=${EXPOSURE_MAX}`];
    const { code, text } = await systemdAnalyze(...line, unit);
    assertEquals(code, 0, text);
    await Deno.writeTextFile(unit, "[Service]\nExecStart=/bin/sh\n");
    assertEquals((await systemdAnalyze(...line, unit)).code, 1, "a unit with no sandbox is over the threshold");
  },
});

Deno.test("systemdUnit() quotes characters that are special to systemd, and contains no secrets", () => {
  const unit = systemdUnit({ ...USER, environmentFile: "/home/a b/100%.env" });
  const lines = unit.split("\n");
  assert(lines.includes(`ExecStart=/bin/sh join 10.0.0.1:7400 "--name=the \\"old\\" $$attic 50%%"`), unit);
  assert(lines.includes('Environment="DML_HOME=/home/a b/dml"'), unit);
  assert(lines.includes("EnvironmentFile=/home/a b/100%%.env"), unit);
  assert(lines.includes("Description=dml, 100%% a node"), unit);
});
