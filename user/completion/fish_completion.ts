import { type OfferedFlag, offeredVerbs } from "./grammar.ts";

/** Returns the completion script for fish. */
export function fishCompletion(): string {
  const verbs = offeredVerbs();
  return `# Completion of dml for fish: dml completions fish > ~/.config/fish/completions/dml.fish
function __dml_verb
    set -l typed (commandline -opc)
    test (count $typed) -gt 1; and contains -- $typed[2] $argv
end
function __dml_no_verb
    test (count (commandline -opc)) -eq 1
end
complete -c dml -f
complete -c dml -n __dml_no_verb -l help -s h -d 'Print the help'
complete -c dml -n __dml_no_verb -l version -s V -d 'Print the version'
${
    verbs.map(({ name, description, words, takesFiles, flags }) => {
      const when = `complete -c dml -n ${quoted(`__dml_verb ${name}`)}`;
      return [
        `complete -c dml -n __dml_no_verb -a ${name} -d ${quoted(description)}`,
        ...takesFiles ? [`${when} -F`] : [],
        ...words.length > 0 ? [`${when} -a ${quoted(words.join(" "))}`] : [],
        ...flags.map((flag) => `${when} ${flagOptions(flag)}`),
      ].join("\n");
    }).join("\n")
  }
`;
}

function flagOptions({ spellings, description, value }: OfferedFlag): string {
  const names = spellings.map((spelling) =>
    spelling.startsWith("--") ? `-l ${spelling.slice(2)}` : `-s ${spelling.slice(1)}`
  );
  return [...names, ...valueOptions(value), `-d ${quoted(description)}`].join(" ");
}

function valueOptions(value: OfferedFlag["value"]): string[] {
  switch (value) {
    case "none":
      return [];
    case "directory":
      return ["-x -a '(__fish_complete_directories)'"];
    case "unknown":
      return ["-x"];
    default:
      return [`-x -a ${quoted(value.join(" "))}`];
  }
}

/** Puts text in single quotes of fish, in which a backslash escapes itself and the quote. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
