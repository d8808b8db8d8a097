/** The completions, asked of the real shells. `.ci/run` installs them; elsewhere a shell that is not there is left out. */
import { join } from "node:path";
import { completionText } from "../../../user/completion/completion_text.ts";
import { offeredVerbs } from "../../../user/completion/grammar.ts";
import { VERB_NAMES } from "../../../user/verbs.ts";
import { assert, assertEquals } from "../../assert.ts";
import { isMissing } from "../../host_tool.ts";
import { FileTree } from "../file_tree.ts";

type Shell = "bash" | "zsh" | "fish";

/** Asks bash as readline does: the words so far, and which of them the cursor is in. */
const ASK_BASH = `
source "$1"
COMP_WORDS=("\${@:2}")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_dml
printf '%s\\n' "\${COMPREPLY[@]}"
`;

const ASK_FISH = `
source $argv[1]
complete -C "$argv[2..]" | string replace -r '\\t.*' ''
`;

/** Types the line into a zsh on a terminal of its own, presses Tab, and has it print what it would offer. */
const ASK_ZSH = `
zmodload zsh/zpty
zpty dml zsh -f -i
run() { zpty -w dml "$1"; zpty -r dml ignored '*ready*' }
run "PROMPT=; RPROMPT=; autoload -U compinit; compinit -u -D; source \${(q)1}; print re''ady"
run 'compadd() {
  local -a hits
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -A hits "$@"
  print -l -- "" "<hits>" $hits "</hits>"
  builtin compadd "$@"
}; print re""ady'
run 'bindkey "^I" complete-word; done_offering() { print re""ady }; zle -N done_offering; bindkey "^X" done_offering; print re""ady'
zpty -n -w dml "\${(j: :)@[2,-1]}"$'\\t'$'\\x18'
zpty -r dml offered '*ready*'
print -r -- "$offered"
`;

const ASK: Readonly<Record<Shell, string>> = { bash: ASK_BASH, zsh: ASK_ZSH, fish: ASK_FISH };

/** What `shell` offers when Tab is pressed behind `words`, in a directory that holds `files`. */
async function offered(shell: Shell, words: readonly string[], { cwd }: { cwd: string }): Promise<string[]> {
  const script = join(cwd, `.completion.${shell}`);
  const ask = join(cwd, `.ask.${shell}`);
  await Deno.writeTextFile(script, completionText(shell));
  await Deno.writeTextFile(ask, ASK[shell]);
  const options = shell === "zsh" ? ["-f"] : shell === "bash" ? ["--norc"] : ["--no-config"];
  const command = new Deno.Command(shell, {
    args: [...options, ask, script, ...words],
    cwd,
    env: { TERM: "dumb", HOME: cwd },
    stdin: "null",
  });
  const { stdout, stderr } = await command.output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const text = new TextDecoder().decode(stdout).replaceAll("\r", "");
  const lines = shell === "zsh" ? hitsOf(text) : text.split("\n");
  return lines.map((line) => line.trim().replace(/\/$/, "")).filter((line) => line !== "" && !line.startsWith("."))
    .sort();
}

function hitsOf(text: string): string[] {
  return [...text.matchAll(/<hits>\n([\s\S]*?)<\/hits>/g)].flatMap(([, hits]) => hits.split("\n"));
}

for (const shell of ["bash", "zsh", "fish"] as const) {
  Deno.test({
    name: `completionText() has ${shell} offer verbs, words, flags and their values, and files where they belong`,
    ignore: isMissing(shell),
    async fn() {
      using tree = new FileTree({ "apple.jpg": "", "attic/b.jpg": "" });
      const ask = (...words: string[]) => offered(shell, words, { cwd: tree.path });
      assertEquals(await ask("dml", "se"), ["serve", "service"]);
      assertEquals(await ask("dml", "nodes", "dr"), ["drain"]);
      assertEquals(await ask("dml", "completions", "f"), ["fish"]);
      assertEquals(await ask("dml", "join", "--no"), ["--no-color", "--no-progress"]);
      assertEquals(await ask("dml", "serve", "--log-level", "w"), ["warn"]);
      assertEquals(await ask("dml", "serve", "--port", ""), []);
      assertEquals(await ask("dml", "predict", "a"), ["apple.jpg", "attic"]);
      assertEquals(await ask("dml", "predict", "--out", "a"), ["attic"]);
      assertEquals(await ask("dml", "serve", "a"), []);
    },
  });
}

Deno.test("offeredVerbs() are all verbs, of words that no shell takes for its own", () => {
  const verbs = offeredVerbs();
  assertEquals(verbs.map(({ name }) => name), VERB_NAMES);
  for (const { name, words, flags } of verbs) {
    const values = flags.flatMap(({ value }) => typeof value === "string" ? [] : value);
    for (const word of [name, ...words, ...values]) assert(/^[\w-]+$/.test(word), word);
    for (const spelling of flags.flatMap(({ spellings }) => spellings)) {
      assert(/^(--[\w-]+|-\w)$/.test(spelling), spelling);
    }
  }
});
