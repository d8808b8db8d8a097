import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import { askConsent, questionBefore } from "../../../user/commands/consent.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { FakeTerminal } from "../fake_terminal.ts";

function before(line: string) {
  return questionBefore(parseCommand(line.split(" "), {}).command);
}

function typed(text: string) {
  return {
    terminal: new FakeTerminal(),
    stdin: ReadableStream.from([new TextEncoder().encode(text)]),
    isInteractive: true,
    signal: new AbortController().signal,
  };
}

Deno.test("questionBefore() asks about everything that is destroyed, unless --yes answers", () => {
  const lines = [
    ["people remove Ada", "Ada is gone from the gallery default, with all faces."],
    [
      "people remove Ada --face-id face_00000000000000000000",
      "face_00000000000000000000 of Ada is gone from the gallery default.",
    ],
    ["people merge Ada Eve -g home", "All faces of Eve become faces of Ada, and Eve is gone from the gallery home."],
    ["models remove faces@1", "faces@1 is gone from the master and every node."],
    ["rm attic:a attic:b", "a, b is gone from attic. Nothing brings this back."],
    ["rm all:a --recursive", "a is gone from every node, with all that is in it. Nothing brings this back."],
    ["nodes remove attic", "attic is put out at once, and its key is refused until `dml nodes restore`."],
  ];
  for (const [line, loss] of lines) {
    assertEquals(before(line), { loss, word: null }, line);
    assertEquals(before(`${line} --yes`), null, line);
  }
  assertEquals(before("people remove --all --gallery guests")?.word, "guests");
  assertEquals(before("people remove --all -y"), null);
  assertStringIncludes(before("people remove Ada --now")?.loss ?? "", "Nothing brings this back.");
  assertEquals(before("people trash --empty")?.loss, "What was removed from the gallery default is gone for good.");
  assertEquals([before("people trash"), before("people undo")], [null, null]);
  for (const line of ["people list", "nodes drain attic", "nodes restore attic", "models gc", "predict a.jpg"]) {
    assertEquals(before(line), null, line);
  }
});

Deno.test("askConsent() goes on after yes, and changes nothing after any other answer", async () => {
  const question = { loss: "Ada is gone.", word: null };
  for (const answer of ["y\n", "yes\n", "Y\r\n", " YES \n", "y"]) await askConsent(question, typed(answer));
  for (const answer of ["\n", "n\n", "yess\n", "", "no y\n"]) {
    const { code, message } = await assertRejects(() => askConsent(question, typed(answer)), DmlError);
    assertEquals([code, message], ["interrupted", "Nothing was changed."], answer);
  }
  const asked = typed("y\n");
  await askConsent({ ...question, loss: "A\u001b[2Jda is gone." }, asked);
  assertStringIncludes(asked.terminal.errorText, "is gone. Go on? [y/N] ");
  assert(!asked.terminal.errorText.includes("\u001b"));
});

Deno.test("askConsent() wants the name of what is gone as a whole", async () => {
  const question = { loss: "Everybody is gone.", word: "guests" };
  await askConsent(question, typed("guests\n"));
  for (const answer of ["y\n", "yes\n", "Guests\n", "\n"]) {
    await assertRejects(() => askConsent(question, typed(answer)), DmlError, "Nothing was changed.");
  }
});

Deno.test("askConsent() changes nothing where nobody can answer, or after Ctrl-C", async () => {
  const question = { loss: "Ada is gone.", word: null };
  const { code, advice } = await assertRejects(
    () => askConsent(question, { ...typed("y\n"), isInteractive: false }),
    DmlError,
  );
  assertEquals([code, advice], ["usage", "Say --yes if that is what you want."]);
  const stopped = new AbortController();
  const endless = { ...typed(""), stdin: new ReadableStream<Uint8Array<ArrayBuffer>>(), signal: stopped.signal };
  const asking = askConsent(question, endless);
  stopped.abort();
  await assertRejects(() => asking, DmlError, "Nothing was changed.");
});
