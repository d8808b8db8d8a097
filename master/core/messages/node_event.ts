import type { NodeDecision } from "../../../protocol/http_api/node_decision.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { Availability } from "../../../protocol/messages/liveness.ts";
import type { NodeRecord } from "../state/state.ts";

/** Admission of a node, new or returning, with what it reports about itself. Durable. */
export interface NodeRecorded {
  readonly type: "node_recorded";
  readonly record: NodeRecord;
}

/** Decision of an admin about a node, with the record that holds from now on. Durable. */
export interface NodeJudged {
  readonly type: "node_judged";
  readonly decision: NodeDecision;
  readonly record: NodeRecord;
}

/** A try of a node that waits for the approval of an admin. */
export interface NodeWaiting {
  readonly type: "node_waiting";
  readonly record: NodeRecord;
  /** True if it was not waiting before. */
  readonly isNew: boolean;
}

/** Removal of a node from those that wait, because it no longer tries. */
export interface WaitingForgotten {
  readonly type: "waiting_forgotten";
  readonly nodeId: string;
}

/** Time a node was last seen. Durable; written when it disconnects and rarely in between. */
export interface NodeSeen {
  readonly type: "node_seen";
  readonly nodeId: string;
  readonly lastSeenMs: number;
  readonly completed: number;
}

/** Removal of the node that was not seen for longest, to make room for a new one. Durable. */
export interface NodeForgotten {
  readonly type: "node_forgotten";
  readonly nodeId: string;
}

export interface NodeConnected {
  readonly type: "node_connected";
  readonly nodeId: string;
  readonly connectionId: number;
  /** True if this is the first time that the master lets the node in. */
  readonly isFirst: boolean;
  readonly atMs: number;
}

export interface NodeRefused {
  readonly type: "node_refused";
  readonly connectionId: number;
  readonly code: ErrorCode;
  readonly reason: string;
}

export interface SignalRecorded {
  readonly type: "signal_recorded";
  readonly nodeId: string;
  readonly atMs: number;
  readonly atWallMs: number;
}

export interface AvailabilityChanged {
  readonly type: "availability_changed";
  readonly nodeId: string;
  readonly availability: Availability;
}

/** Start of a suspicion: the node has been silent for a while and gets no new work. */
export interface NodeSuspected {
  readonly type: "node_suspected";
  readonly nodeId: string;
}

/** End of a suspicion: the node sends again. */
export interface NodeRecovered {
  readonly type: "node_recovered";
  readonly nodeId: string;
}

/** Loss of a node's connection. The node's attempts ended in earlier events. */
export interface NodeLost {
  readonly type: "node_lost";
  readonly nodeId: string;
  readonly connectionId: number;
  /** True if the node was draining and had no live attempts. */
  readonly orderly: boolean;
  readonly reason: string;
  /** Code that the node is told; absent for `connection_lost`. */
  readonly code?: ErrorCode;
}

/** Withdrawal of a node: it returns its tasks and takes no new ones. */
export interface NodeWithdrew {
  readonly type: "node_withdrew";
  readonly nodeId: string;
}

/** Events about nodes themselves, not about their models or galleries. */
export type NodeEvent =
  | NodeRecorded
  | NodeJudged
  | NodeWaiting
  | WaitingForgotten
  | NodeSeen
  | NodeForgotten
  | NodeConnected
  | NodeRefused
  | SignalRecorded
  | AvailabilityChanged
  | NodeSuspected
  | NodeRecovered
  | NodeLost
  | NodeWithdrew;
