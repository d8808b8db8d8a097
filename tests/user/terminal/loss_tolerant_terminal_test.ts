import { lossTolerantTerminal } from "../../../user/terminal/loss_tolerant_terminal.ts";
import { assertEquals } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";

Deno.test("lossTolerantTerminal() drops what standard output does not take, says so once, and goes on", () => {
  const below = new FakeTerminal();
  const lost: unknown[] = [];
  const full = new Error("No space left on device (os error 28)");
  let isFull = false;
  const out = (text: string) => {
    if (isFull) throw full;
    below.out(text);
  };
  const { outColumns, errorColumns, isOutWatched, isWatched, outColor, errorColor } = below;
  const terminal = lossTolerantTerminal({
    ...{ outColumns, errorColumns, isOutWatched, isWatched, outColor, errorColor, out },
    error: (text) => below.error(text),
    status: (text) => below.status(text),
  }, { onOutputLost: (error) => lost.push(error) });
  terminal.out("first\n");
  isFull = true;
  terminal.out("second\n");
  terminal.out("third\n");
  terminal.error("a line of the log\n");
  assertEquals([below.outText, lost, below.errorText], ["first\n", [full], "a line of the log\n"]);
});
