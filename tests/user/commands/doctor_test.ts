import { DmlError } from "../../../protocol/kernel/errors.ts";
import { runDoctor } from "../../../user/commands/doctor.ts";
import type { DoctorStep } from "../../../user/doctor/step.ts";
import { assertEquals } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";

const { signal } = new AbortController();

/** Returns three steps, the second of which fails, and the names of those that were run. */
function threeSteps(): { steps: DoctorStep[]; tried: string[] } {
  const tried: string[] = [];
  const step = (name: string, result: string | DmlError): DoctorStep => ({
    name,
    check() {
      tried.push(name);
      return typeof result === "string" ? Promise.resolve(result) : Promise.reject(result);
    },
  });
  const failure = new DmlError("memory_low", "There is too little.", { advice: "Buy more." });
  return { steps: [step("disk", "Fine."), step("memory", failure), step("wasm", "Fine.")], tried };
}

Deno.test("runDoctor() stops at the first step that fails, names it with advice, and exits with its code", async () => {
  const { steps, tried } = threeSteps();
  const terminal = new FakeTerminal();
  assertEquals(await runDoctor({ json: false }, { steps, terminal, signal }), 3);
  assertEquals(tried, ["disk", "memory"]);
  assertEquals(terminal.outText, "ok     disk       Fine.\nfailed memory\nNot tried: wasm.\n");
  assertEquals(terminal.errorText, "error: There is too little. Buy more.\n");
});

Deno.test("runDoctor() prints the same as JSON", async () => {
  const { steps } = threeSteps();
  const terminal = new FakeTerminal();
  assertEquals(await runDoctor({ json: true }, { steps, terminal, signal }), 3);
  assertEquals(terminal.outText.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    { step: "disk", ok: true, detail: "Fine." },
    { step: "memory", ok: false, error: { code: "memory_low", message: "There is too little.", advice: "Buy more." } },
  ]);
  assertEquals(terminal.errorText, "");
});

Deno.test("runDoctor() exits with 0 if every step succeeds", async () => {
  const { steps: [disk] } = threeSteps();
  const terminal = new FakeTerminal();
  assertEquals(await runDoctor({ json: false }, { steps: [disk], terminal, signal }), 0);
  assertEquals(terminal.outText, "ok     disk       Fine.\nAll is well.\n");
});

Deno.test("runDoctor() that is aborted runs no further step and reports that", async () => {
  const { steps, tried } = threeSteps();
  const stopped = AbortSignal.abort();
  assertEquals(await runDoctor({ json: false }, { steps, terminal: new FakeTerminal(), signal: stopped }), 130);
  assertEquals(tried, []);
});
