import { steadyTerminal } from "../../../user/terminal/steady_terminal.ts";
import { assertEquals } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";

Deno.test("steadyTerminal() drops text that standard output does not accept, reports it once, and goes on", () => {
  const below = new FakeTerminal();
  const lost: unknown[] = [];
  const full = new Error("No space left on device (os error 28)");
  let isFull = false;
  const out = (text: string) => {
    if (isFull) throw full;
    below.out(text);
  };
  const { outColumns, errorColumns, isWatched, outColor, errorColor } = below;
  const terminal = steadyTerminal({
    ...{ outColumns, errorColumns, isWatched, outColor, errorColor, out },
    error: (text) => below.error(text),
    status: (text) => below.status(text),
  }, { onOutLost: (error) => lost.push(error) });
  terminal.out("first\n");
  isFull = true;
  terminal.out("second\n");
  terminal.out("third\n");
  terminal.error("a line of the log\n");
  assertEquals([below.outText, lost, below.errorText], ["first\n", [full], "a line of the log\n"]);
});
