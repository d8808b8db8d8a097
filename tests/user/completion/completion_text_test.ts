/** The completions, asked of the real shells. `.ci/run` installs them; elsewhere a shell that is not there is left out. */
import { join } from "node:path";
import { completionText } from "../../../user/completion/completion_text.ts";
import { offeredVerbs } from "../../../user/completion/grammar.ts";
import { VERB_NAMES } from "../../../user/cli/verbs.ts";
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

/** Types each line into a zsh on a terminal of its own, presses Tab, and has it print what it would offer. */
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

/** What `shell` offers when Tab is pressed behind each of `lines`, in a directory that holds some files. */
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
  // A zsh takes a second to learn to complete: all lines are typed into one.
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

/** A line with the cursor at its end -> what is offered there. */
const OFFERS: Readonly<Record<string, readonly string[]>> = {
  "dml se": ["serve", "service"],
  "dml nodes dr": ["drain"],
  "dml completions f": ["fish"],
  "dml join --no": ["--no-color", "--no-progress", "--no-upgrade"],
  "dml serve --log-level w": ["warn"],
  "dml serve --port ": [],
  "dml predict a": ["apple.jpg", "attic"],
  "dml predict --out a": ["attic"],
  "dml serve a": [],
};

for (const shell of ["bash", "zsh", "fish"] as const) {
  Deno.test({
    name: `completionText() has ${shell} offer verbs, words, flags and their values, and files where they belong`,
    ignore: isMissing(shell),
    async fn() {
      const lines = Object.keys(OFFERS);
      const answers = await offered(shell, lines);
      assertEquals(Object.fromEntries(lines.map((line, index) => [line, answers[index]])), OFFERS);
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
