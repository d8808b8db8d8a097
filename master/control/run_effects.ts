import type { ControlPort } from "./control_port.ts";
import type { Effect } from "../core/messages/effect.ts";
import type { PendingCommands } from "../turn/pending_commands.ts";
import type { Predictions } from "../turn/predictions.ts";

/** Carries out one effect: sends messages to nodes, or answers users. */
export function runEffect(
  effect: Effect,
  { port, predictions, pendingCommands }: {
    port: ControlPort;
    predictions: Predictions;
    pendingCommands: PendingCommands;
  },
): void {
  switch (effect.type) {
    case "send":
      return port.send(effect.nodeId, effect.message);
    case "hold":
      return predictions.hold(effect.taskId, effect.digest);
    case "answer":
      return predictions.answer(effect.taskId, effect.outcome);
    case "welcome":
      return port.welcome(effect.connectionId, effect);
    case "refuse":
      return port.refuse(effect.connectionId, effect.code, effect.reason);
    case "close":
      return port.close(effect.connectionId, effect.reason, effect.code);
    case "answer_command":
      return pendingCommands.settle(effect.commandId, effect);
  }
}
