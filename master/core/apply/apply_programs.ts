import type { ProgramEvent } from "../messages/program_event.ts";
import type { MasterState } from "../state/state.ts";

export function applyProgramEvent(state: MasterState, event: ProgramEvent): void {
  switch (event.type) {
    case "program_added":
      state.programs.set(event.program.target, event.program);
      return;
    case "program_offered": {
      const { program: { digest, version }, nodeId, atMs } = event;
      state.programStatuses.set(nodeId, { digest, version, state: "offered", reason: null, sinceMs: atMs });
      return;
    }
    case "program_reported": {
      const { nodeId, digest, version, reason, atMs } = event;
      state.programStatuses.set(nodeId, { digest, version, state: event.state, reason, sinceMs: atMs });
    }
  }
}
