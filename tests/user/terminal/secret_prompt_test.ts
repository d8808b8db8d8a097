import { DmlError } from "../../../protocol/kernel/errors.ts";
import { askSecret } from "../../../user/terminal/secret_prompt.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";

/** Types `keys` at a prompt. Returns the outcome, what was shown, and how the echo was switched. */
async function typed(keys: readonly string[], signal = new AbortController().signal) {
  const terminal = new FakeTerminal();
  const raw: boolean[] = [];
  const stdin = ReadableStream.from(keys.map((key) => new TextEncoder().encode(key)));
  const asked = askSecret("Token: ", { stdin, terminal, signal, setRaw: (isRaw) => raw.push(isRaw) });
  const outcome = await asked.catch((error) => error instanceof DmlError ? error.code : error);
  return { outcome, shown: terminal.outText + terminal.errorText, raw };
}

Deno.test("askSecret() returns the line that is typed, and shows none of it", async () => {
  assertEquals(await typed(["dml", "u_0\r"]), { outcome: "dmlu_0", shown: "Token: \n", raw: [true, false] });
  assertEquals((await typed(["dmlu_0\nmore"])).outcome, "dmlu_0");
  assertEquals((await typed(["wrong\x15dmlu_x\x7f0\b1\r"])).outcome, "dmlu_1");
});

Deno.test("askSecret() gives up at Ctrl-C, Ctrl-D and the end of the input, and restores the terminal", async () => {
  for (const keys of [["abc\x03"], ["abc\x04"], ["abc"], []]) {
    assertEquals(await typed(keys), { outcome: "interrupted", shown: "Token: \n", raw: [true, false] });
  }
});

Deno.test("askSecret() stops waiting when it is aborted", async () => {
  const stop = new AbortController();
  const terminal = new FakeTerminal();
  const stdin = new ReadableStream<Uint8Array<ArrayBuffer>>();
  const asked = askSecret("Token: ", { stdin, terminal, signal: stop.signal, setRaw: () => {} });
  stop.abort();
  assertEquals((await assertRejects(() => asked, DmlError)).code, "interrupted");
});
