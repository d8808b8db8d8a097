import { offeredValues, type OfferedVerb, offeredVerbs } from "./grammar.ts";

/** Returns the completion script for bash. */
export function bashCompletion(): string {
  const verbs = offeredVerbs();
  return `# Completion of dml for bash; put it into your ~/.bashrc: source <(dml completions bash)
_dml() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} flags words files=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _dml_words ${doubleQuoted([...verbs.map(({ name }) => name), "--help", "--version"])}
    return
  fi
  case "\${COMP_WORDS[1]} $previous" in
${valueCases(verbs).map((line) => `    ${line}`).join("\n")}
  esac
  case \${COMP_WORDS[1]} in
${
    verbs.map(({ name, words, takesFiles, flags }) => {
      const spellings = flags.flatMap((flag) => flag.spellings);
      const files = takesFiles ? " files=yes" : "";
      return `    ${name}) flags=${doubleQuoted(spellings)} words=${doubleQuoted(words)}${files} ;;`;
    }).join("\n")
  }
    *) return ;;
  esac
  case $word in
    -*) _dml_words "$flags" ;;
    *) if [ -n "$files" ]; then _dml_paths -f; else _dml_words "$words"; fi ;;
  esac
}
_dml_words() {
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}
_dml_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2> /dev/null
  COMPREPLY=($(compgen "$1" -- "$word"))
}
complete -F _dml dml
`;
}

/** Returns the branches of `case` for flags with a value. */
function valueCases(verbs: readonly OfferedVerb[]): string[] {
  return offeredValues(verbs).map(({ value, patterns }) => {
    const action = value === "directory"
      ? "_dml_paths -d; "
      : value === "unknown"
      ? ""
      : `_dml_words ${doubleQuoted(value)}; `;
    return `${patterns.join(" | ")}) ${action}return ;;`;
  });
}

/**
 * Puts words in double quotes. No word of the tables holds a character that is special to a shell.
 */
function doubleQuoted(words: readonly string[]): string {
  return `"${words.join(" ")}"`;
}
