import type { Command, ConnectNode, Tick } from "../messages/command.ts";
import { decideFleet } from "../fleet/decide_fleet.ts";
import { decideCommandDone, decideNodeCommand, expireCommands, followUpgrade } from "./decide_commands.ts";
import {
  acceptGalleryFailure,
  acceptGalleryReady,
  offerGalleriesAgain,
  publishGallery,
  retireGallery,
} from "./decide_galleries.ts";
import { forgetWaiting } from "./admit_node.ts";
import { judgeNode } from "./judge_node.ts";
import { connectNode, currentNode, findDead, loseNode, recordSeen, suspectSilent } from "./decide_nodes.ts";
import {
  acceptModelFailure,
  acceptReady,
  offerModelsAgain,
  recordServability,
  registerModel,
} from "./decide_models.ts";
import { acceptProgramState, addProgram, offerPrograms } from "./decide_programs.ts";
import { acceptResult, acceptTaskFailure, cancelTask, refuseAll, submitTask } from "./decide_tasks.ts";
import { advanceRollouts } from "./decide_rollouts.ts";
import { decideVersions } from "./decide_versions.ts";
import type { MasterEvent } from "../messages/event.ts";
import { expireTasks } from "./expire_tasks.ts";
import type { MasterState, Moment } from "../state/state.ts";

/**
 * Returns the events that follow from `command`. Pure: reads `state` and changes nothing; apply the
 * events in order before the next command. An outdated command (a result of an attempt that is
 * over, a message from a connection that was replaced) gives no event.
 */
export function decide(state: MasterState, command: Command, now: Moment): MasterEvent[] {
  switch (command.type) {
    case "submit_task":
      return submitTask(state, command, now);
    case "cancel_task":
      return cancelTask(state, command.taskId);
    case "connect_node":
      return connectNode(state, command, now);
    case "register_model":
      return registerModel(state, command, now);
    case "publish_gallery":
      return publishGallery(state, command, now);
    case "retire_gallery":
      return retireGallery(state, command.gallery);
    case "add_program":
      return addProgram(state, command);
    case "begin_rollout":
    case "roll_back":
    case "pin_version":
    case "remove_version":
    case "remove_model":
      return decideVersions(state, command, now);
    case "change_labels":
    case "change_requirement":
    case "bind_model":
      return decideFleet(state, command, now);
    case "run_node_command":
      return decideNodeCommand(state, command, now);
    case "judge_node":
      return judgeNode(state, command);
    case "tick":
      return tick(state, command, now);
    case "begin_stop":
      return state.stopping ? [] : [{ type: "stop_begun" }];
    case "finish_stop":
      return refuseAll(state);
    default:
      return decideFromNode(state, command, now);
  }
}

type FromNode = Exclude<Extract<Command, { nodeId: string; connectionId: number }>, ConnectNode>;

function decideFromNode(state: MasterState, command: FromNode, now: Moment): MasterEvent[] {
  const node = currentNode(state, command);
  if (node === null) return [];
  const { nodeId } = command;
  switch (command.type) {
    case "record_signal": {
      const recorded = { type: "signal_recorded", nodeId, atMs: now.nowMs, atWallMs: now.wallMs } as const;
      const isBack = node.connection?.suspect === true;
      return isBack ? [recorded, { type: "node_recovered", nodeId }] : [recorded];
    }
    case "update_availability":
      return [{ type: "availability_changed", nodeId, availability: command.availability }];
    case "lose_node":
      return loseNode(state, node, { reason: command.reason, isAbrupt: true });
    case "accept_ready":
      return acceptReady(state, command, now);
    case "accept_model_failure":
      return acceptModelFailure(state, command, now);
    case "accept_gallery_ready":
      return acceptGalleryReady(state, command, now);
    case "accept_gallery_failure":
      return acceptGalleryFailure(state, command, now);
    case "accept_program_state":
      return [...acceptProgramState(state, command, now), ...followUpgrade(state, command)];
    case "accept_result":
      return acceptResult(state, command, now);
    case "accept_task_failure":
      return acceptTaskFailure(state, command);
    case "finish_command":
      return decideCommandDone(state, command);
  }
}

/**
 * Returns everything that is due because time has passed, up to `time_passed`. Events that move
 * tasks (a lost node, a rollout) are returned alone and without `time_passed`: the tick is decided
 * again after they were applied.
 */
function tick(state: MasterState, options: Tick, now: Moment): MasterEvent[] {
  const dead = findDead(state, now);
  if (dead !== null) return loseNode(state, dead, { reason: "It was silent for too long." });
  const advanced = advanceRollouts(state, options, now);
  if (advanced.length > 0) return advanced;
  return [
    ...suspectSilent(state, now),
    ...recordSeen(state, now),
    ...forgetWaiting(state, now),
    ...offerModelsAgain(state, now),
    ...offerGalleriesAgain(state, now),
    ...offerPrograms(state, now),
    ...recordServability(state, now),
    ...expireTasks(state, now),
    ...expireCommands(state, now),
    { type: "time_passed", atMs: now.nowMs },
  ];
}
