import type { PeopleCommand } from "../../cli/people_command.ts";
import type { PeopleContext } from "./context.ts";

/** Runs a sub-verb of `dml people` and returns its exit code. */
export async function runPeople(command: PeopleCommand, context: PeopleContext): Promise<number> {
  switch (command.subVerb) {
    case "enroll": {
      const { runEnroll } = await import("./enroll.ts");
      return await runEnroll(command, context);
    }
    case "reject": {
      const { runReject } = await import("./enroll.ts");
      return await runReject(command, context);
    }
    case "list": {
      const { runListPeople } = await import("./list.ts");
      return await runListPeople(command, context);
    }
    case "show": {
      const { runShowPerson } = await import("./list.ts");
      return await runShowPerson(command, context);
    }
    case "export": {
      const { runExport } = await import("./archive.ts");
      return await runExport(command, context);
    }
    case "import": {
      const { runImport } = await import("./archive.ts");
      return await runImport(command, context);
    }
    case "test": {
      const { runTestPeople } = await import("./test.ts");
      return await runTestPeople(command, context);
    }
    case "check": {
      const { runCheckPeople } = await import("./check.ts");
      return await runCheckPeople(command, context);
    }
    case "calibrate": {
      const { runCalibrate } = await import("./calibrate.ts");
      return await runCalibrate(command, context);
    }
    case "undo": {
      const { runUndo } = await import("./trash.ts");
      return await runUndo(command, context);
    }
    case "trash": {
      const { runTrash } = await import("./trash.ts");
      return await runTrash(command, context);
    }
    case "rename":
    case "note":
    case "merge":
    case "remove":
    case "thresholds": {
      const { runChangePeople } = await import("./edit.ts");
      return await runChangePeople(command, context);
    }
  }
}
