import { ERRORS } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { z } from "../../../protocol/schema.ts";
import { helpText, runHelp } from "../../../user/commands/help.ts";
import { versionText } from "../../../user/commands/version.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import { EXIT_CODES } from "../../../user/cli/exit.ts";
import { ENVIRONMENT_NAMES, flagOf, spelling } from "../../../user/cli/flags.ts";
import { ENGINE_PATCH_VARIABLE } from "../../../user/engine_patch_variable.ts";
import { predictRowSchema } from "../../../user/reports/predict_row.ts";
import { flagsOf, flagTextOf, HELP_TOPICS, isVerbName, VERB_NAMES, verbOf } from "../../../user/cli/verbs.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";

Deno.test("helpText() contains every verb and topic, and for each verb every flag with its variable", () => {
  for (const name of [...VERB_NAMES, ...HELP_TOPICS]) assertStringIncludes(helpText(null), name);
  for (const verb of VERB_NAMES) {
    const subVerbs = Object.keys(verbOf(verb).subVerbs ?? {});
    for (const subVerb of subVerbs) assertStringIncludes(helpText(verb), subVerb);
    const text = [helpText(verb), ...subVerbs.map((subVerb) => helpText(verb, subVerb))].join("\n");
    for (const flag of flagsOf(verb)) {
      assertStringIncludes(text, spelling(flag));
      const { environment } = flagTextOf(verb, flag);
      const { argument } = flagOf(flag);
      const value = argument === undefined ? "=1|0" : "";
      if (environment) assertStringIncludes(text, `[${environment}${value}]`);
    }
  }
});

Deno.test("helpText() names the variable of a node only for verbs that read it", () => {
  for (const verb of ["join", "service"] as const) assertStringIncludes(helpText(verb), "[DML_NODE_NAME]");
  for (const subVerb of ["add", "pull"]) {
    assertStringIncludes(helpText("models", subVerb), "The name of the model");
    assertEquals(helpText("models", subVerb).includes("NODE_NAME"), false);
  }
});

Deno.test("helpText() contains every limit, error, exit code and variable", () => {
  for (const name of Object.keys(LIMITS)) assertStringIncludes(helpText("limits"), name);
  assertMatch(helpText("limits"), /imageBytesMax +64 MiB/);
  for (const name of [...Object.keys(ERRORS), ...Object.keys(EXIT_CODES)]) {
    assertStringIncludes(helpText("exit-codes"), name);
  }
  for (const name of ENVIRONMENT_NAMES) assertStringIncludes(helpText("environment"), name);
  assertStringIncludes(helpText("environment"), `${ENGINE_PATCH_VARIABLE}=on|off`);
});

Deno.test("helpText() fits 100 columns", () => {
  for (const topic of [null, ...VERB_NAMES, ...HELP_TOPICS]) {
    const subVerbs = topic !== null && isVerbName(topic) ? Object.keys(verbOf(topic).subVerbs ?? {}) : [];
    for (const subVerb of [undefined, ...subVerbs]) {
      const long = helpText(topic, subVerb).split("\n").filter((line) => line.length > 100);
      assertEquals(long, []);
    }
  }
});

Deno.test("every example of the help is a valid command line", () => {
  for (const verb of VERB_NAMES) {
    const subVerbs = Object.values(verbOf(verb).subVerbs ?? {});
    for (const [line] of [verbOf(verb), ...subVerbs].flatMap(({ examples }) => examples)) {
      const words = line.replace(/^.*\| /, "").replace(/'([^']*)'/g, "quoted").split(" ");
      assertEquals(words[0], "dml");
      assertEquals(parseCommand(words.slice(1), {}).command.verb, verb);
    }
  }
});

Deno.test("runHelp() lists the models that are included in dml", async () => {
  const terminal = new FakeTerminal();
  assertEquals(await runHelp({ verb: "help", topic: "models" }, { terminal }), 0);
  assertMatch(terminal.outText, /faces@\d+ +Finds faces/);
  assert(terminal.outText.startsWith(helpText("models")));
});

/**
 * Returns the names of all fields in a JSON schema, except the fields in `hidden` and those inside
 * them.
 */
function fieldsOf(schema: unknown, hidden: readonly string[]): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, part]) => {
    if (key !== "properties") return fieldsOf(part, hidden);
    const shown = Object.entries(part).filter(([name]) => !hidden.includes(name));
    return shown.flatMap(([name, inner]) => [name, ...fieldsOf(inner, hidden)]);
  });
}

Deno.test("helpText() of predict contains every field of its JSON lines", () => {
  // Crops are requested by enrolment only, and packed tensors at /v2; neither by `predict`.
  const fields = [...new Set(fieldsOf(z.toJSONSchema(predictRowSchema, { io: "input" }), ["crop", "packed"]))];
  assert(fields.includes("landmarks") && fields.includes("encodeMs") && fields.length > 30, fields.join());
  const help = helpText("predict");
  assertEquals(fields.filter((field) => !help.includes(`"${field}"`)), []);
});

Deno.test("versionText() is one line with both versions", () => {
  assertMatch(versionText(), /^dml \d+\.\d+\.\d+ \(protocol \d+\)\n$/);
});
