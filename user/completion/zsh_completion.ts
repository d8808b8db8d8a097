import { offeredValues, type OfferedVerb, offeredVerbs } from "./grammar.ts";

/** Returns the completion script for zsh. */
export function zshCompletion(): string {
  const verbs = offeredVerbs();
  return `#compdef dml
# Completion of dml for zsh; put it into your ~/.zshrc after compinit: source <(dml completions zsh)
_dml() {
  local -a offered
  if (( CURRENT == 2 )); then
    offered=(${verbs.map(({ name, description }) => described(name, description)).join(" ")})
    _describe verb offered
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${valueCases(verbs).map((line) => `    ${line}`).join("\n")}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    case $words[2] in
${
    verbs.map(({ name, flags }) => {
      const offered = flags.flatMap(({ spellings, description }) =>
        spellings.map((spelling) => described(spelling, description))
      );
      return `      ${name}) offered=(${offered.join(" ")}) ;;`;
    }).join("\n")
  }
    esac
    _describe -o flag offered
    return
  fi
  case $words[2] in
${
    verbs.filter(({ words, takesFiles }) => takesFiles || words.length > 0)
      .map(({ name, words, takesFiles }) =>
        `    ${name}) ${takesFiles ? "_files" : `compadd -- ${words.join(" ")}`} ;;`
      )
      .join("\n")
  }
  esac
}
if [[ $funcstack[1] == _dml ]]; then _dml "$@"; else compdef _dml dml; fi
`;
}

function valueCases(verbs: readonly OfferedVerb[]): string[] {
  return offeredValues(verbs).map(({ value, patterns }) => {
    const action = value === "directory" ? "_files -/; " : value === "unknown" ? "" : `compadd -- ${value.join(" ")}; `;
    return `${patterns.join(" | ")}) ${action}return ;;`;
  });
}

/**
 * Formats `name:description` for `_describe`, in single quotes, within which zsh has no escape for
 * a quote.
 */
function described(name: string, description: string): string {
  return `'${name}:${description.replaceAll("'", "’")}'`;
}
