/**
 * Tests of the completions in real shells. The CI script installs them; elsewhere the tests of a
 * missing shell are skipped.
 */
import { join } from "node:path";
import { completionText } from "../../../user/completion/completion_text.ts";
import { offeredVerbs } from "../../../user/completion/grammar.ts";
import { VERB_NAMES } from "../../../user/cli/verbs.ts";
import { assert, assertEquals } from "../../assert.ts";
import { isMissing } from "../../host_tool.ts";
import { FileTree } from "../file_tree.ts";

type Shell = "bash" | "zsh" | "fish";

/**
 * A script that requests completions from bash as readline does: the words so far, and the index of
 * the current one.
 */
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

/**
 * A script that types each line into a zsh on a pseudo-terminal, presses Tab, and prints the
 * offered completions.
 */
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
for line in "\${@[2,-1]}"; do
  zpty -n -w dml "$line"$'\\t'$'\\x18'
  zpty -r dml offered '*ready*'
  print -r -- "<line>$offered"
  zpty -n -w dml $'\\x15'
done
`;

const ASK: Readonly<Record<Shell, string>> = { bash: ASK_BASH, zsh: ASK_ZSH, fish: ASK_FISH };

/**
 * Returns the completions that `shell` offers at the end of each of `lines`, in a directory with
 * some files.
 */
async function offered(shell: Shell, lines: readonly string[]): Promise<string[][]> {
  using tree = new FileTree({
    "apple.jpg": "",
    "attic/b.jpg": "",
    ".completion": completionText(shell),
    ".ask": ASK[shell],
  });
  const ask = async (...more: string[]) => {
    const options = shell === "zsh" ? ["-f"] : shell === "bash" ? ["--norc"] : ["--no-config"];
    const command = new Deno.Command(shell, {
      args: [...options, join(tree.path, ".ask"), join(tree.path, ".completion"), ...more],
      cwd: tree.path,
      env: { TERM: "dumb", HOME: tree.path },
      stdin: "null",
    });
    const { stdout, stderr } = await command.output();
    assertEquals(new TextDecoder().decode(stderr), "");
    return new TextDecoder().decode(stdout).replaceAll("\r", "");
  };
  // A zsh takes a second to load its completions, so all lines are typed into one shell.
  if (shell === "zsh") return (await ask(...lines)).split("<line>").slice(1).map((text) => namesIn(hitsOf(text)));
  const answers: string[][] = [];
  for (const line of lines) answers.push(namesIn((await ask(...line.split(" "))).split("\n")));
  return answers;
}

function namesIn(lines: readonly string[]): string[] {
  const offers = new Set(lines.map((line) => line.trim().replace(/\/$/, "")));
  return [...offers].filter((offer) => offer !== "" && !offer.startsWith(".")).sort();
}

function hitsOf(text: string): string[] {
  return [...text.matchAll(/<hits>\n([\s\S]*?)<\/hits>/g)].flatMap(([, hits]) => hits.split("\n"));
}

/** Expected completions by line, with the cursor at its end. */
const OFFERS: Readonly<Record<string, readonly string[]>> = {
  "dml se": ["serve", "service"],
  "dml nodes dr": ["drain"],
  "dml completions f": ["fish"],
  "dml join --no": ["--no-color", "--no-progress", "--no-upgrade"],
  "dml serve --log-level w": ["warn"],
  "dml serve --port ": [],
  "dml logs --out j": ["json"],
  "dml logs --level w": ["warn"],
  "dml logs --fo": ["--follow"],
  "dml predict a": ["apple.jpg", "attic"],
  "dml predict --out a": ["attic"],
  "dml serve a": [],
};

for (const shell of ["bash", "zsh", "fish"] as const) {
  Deno.test({
    name: `completionText() lets ${shell} offer verbs, words, flags and their values, and files where they belong`,
    ignore: isMissing(shell),
    async fn() {
      const lines = Object.keys(OFFERS);
      const answers = await offered(shell, lines);
      assertEquals(Object.fromEntries(lines.map((line, index) => [line, answers[index]])), OFFERS);
    },
  });
}

Deno.test("offeredVerbs() are all verbs, and no shell treats one as its own word", () => {
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
