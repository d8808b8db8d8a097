import type { FilePiecesAnswer } from "../../protocol/http_api/file_api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type {
  FinishRequest,
  ListAnswer,
  ListRequest,
  PlanAnswer,
  PlanRequest,
  ReadRequest,
  RemoveAnswer,
  RemoveRequest,
} from "../../protocol/messages/files.ts";

/** Client for the files of nodes. Every method throws `DmlError`. */
export interface FilesClient {
  list(nodeId: string, request: ListRequest): Promise<ListAnswer>;
  digests(nodeId: string, paths: readonly string[]): Promise<(Digest | null)[]>;
  /** Returns an encoded parcel. */
  read(nodeId: string, request: ReadRequest): Promise<Uint8Array<ArrayBuffer>>;
  plan(nodeId: string, request: PlanRequest): Promise<PlanAnswer>;
  /** Hands an encoded parcel to nodes, and returns what became of it on each. */
  write(nodeIds: readonly string[], parcel: Uint8Array<ArrayBuffer>): Promise<FilePiecesAnswer["nodes"]>;
  finish(nodeId: string, request: FinishRequest): Promise<void>;
  remove(nodeId: string, request: RemoveRequest): Promise<RemoveAnswer>;
}
