import type { PeopleCommand } from "../../cli/people_command.ts";

/** Returns the files of a command about people, as they were given; `-` is none. */
export function peopleFiles(command: PeopleCommand): { read: readonly string[]; write: readonly string[] } {
  const named = (...paths: readonly string[]) => paths.filter((path) => path !== "-");
  switch (command.subVerb) {
    case "enroll":
    case "reject":
      return { read: named(...command.inputs), write: [] };
    case "test":
    case "calibrate":
      return { read: [command.directory], write: [] };
    case "import":
      return { read: named(command.file), write: [] };
    case "export":
      return { read: [], write: command.file === null ? [] : named(command.file) };
    default:
      return { read: [], write: [] };
  }
}
