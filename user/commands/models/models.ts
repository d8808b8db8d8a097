import type { ModelsCommand } from "../../cli/models_command.ts";
import type { ModelsContext } from "./context.ts";

/** Runs a sub-verb of `dml models` and returns its exit code. */
export async function runModels(command: ModelsCommand, context: ModelsContext): Promise<number> {
  switch (command.action) {
    case "list":
      return await (await import("./list.ts")).runModelsList(command, context);
    case "show":
      return await (await import("./show.ts")).runModelsShow(command, context);
    case "add":
      return await (await import("./add.ts")).runModelsAdd(command, context);
    case "push":
      return await (await import("./push.ts")).runModelsPush(command, context);
    case "test":
      return await (await import("./test_images.ts")).runModelsTest(command, context);
    case "bind":
      return await (await import("../fleet/bind.ts")).runBind(command, context);
    default:
      return await (await import("./rollout.ts")).runRolloutAction(command, { ...context, json: command.json });
  }
}
