import type { LocalFiles } from "../../protocol/files/local_files.ts";
import type { NodeListing } from "../../protocol/http_api/api.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type {
  FinishRequest,
  ListAnswer,
  ListRequest,
  PlanAnswer,
  PlanRequest,
  WriteAnswer,
} from "../../protocol/messages/files.ts";
import type { FileSource } from "../../protocol/ports/file_store.ts";
import { errorOf } from "./file_outcome.ts";
import type { FilesClient } from "../client/files_client.ts";

/** Outcome of a parcel at one target. */
export interface Written {
  /** Reason why the target did not take the parcel at all; `null` if it did. */
  readonly error: DmlError | null;
  readonly faults: WriteAnswer["faults"];
}

/** The directories that one copy goes to, each by its index. A parcel is sent once for all of them. */
export interface FileTargets {
  /** Name and id of each target; `null` for this host. */
  readonly nodes: readonly (Pick<NodeListing, "nodeId" | "name"> | null)[];
  list(index: number, request: ListRequest): Promise<ListAnswer>;
  plan(index: number, request: PlanRequest): Promise<PlanAnswer>;
  /** Never throws, but for `interrupted`. */
  write(indexes: readonly number[], parcel: Uint8Array<ArrayBuffer>): Promise<Written[]>;
  finish(index: number, request: FinishRequest): Promise<void>;
}

/** Returns a directory of this host as the only target. */
export function localTarget(files: LocalFiles): FileTargets {
  return {
    nodes: [null],
    list: (_, request) => files.list(request),
    plan: (_, request) => files.plan(request),
    async write(_, parcel) {
      try {
        return [{ error: null, ...await files.write(parcel) }];
      } catch (error) {
        return [{ error: asDmlError(error), faults: [] }];
      }
    },
    finish: (_, request) => files.finish(request),
  };
}

/** Returns nodes as targets. */
export function nodeTargets(nodes: readonly NodeListing[], client: FilesClient): FileTargets {
  const idOf = (index: number) => nodes[index].nodeId;
  return {
    nodes,
    list: (index, request) => client.list(idOf(index), request),
    plan: (index, request) => client.plan(idOf(index), request),
    async write(indexes, parcel) {
      const written: Written[] = [];
      for (let start = 0; start < indexes.length; start += LIMITS.fileNodesMax) {
        const some = indexes.slice(start, start + LIMITS.fileNodesMax);
        written.push(...await writeTo(some.map(idOf), parcel, client));
      }
      return written;
    },
    finish: (index, request) => client.finish(idOf(index), request),
  };
}

async function writeTo(nodeIds: string[], parcel: Uint8Array<ArrayBuffer>, client: FilesClient): Promise<Written[]> {
  try {
    const answers = await client.write(nodeIds, parcel);
    return nodeIds.map((nodeId) => {
      const answer = answers.find((one) => one.nodeId === nodeId);
      if (answer === undefined) return { error: new DmlError("internal", "The master left a node out."), faults: [] };
      return { error: answer.error && errorOf(answer.error), faults: answer.faults };
    });
  } catch (error) {
    const failure = asDmlError(error);
    if (failure.code === "interrupted") throw failure;
    return nodeIds.map(() => ({ error: failure, faults: [] }));
  }
}

/** Ends a copy at nodes that was given up, so that another one need not wait; as far as they can be reached. */
export async function giveUp(copyId: string, nodes: FileTargets["nodes"], client: FilesClient): Promise<void> {
  const ids = nodes.flatMap((node) => node?.nodeId ?? []);
  await Promise.allSettled(ids.map((nodeId) => client.finish(nodeId, { copyId, directories: [] })));
}

/** Returns the files of a node as a source. */
export function nodeSource(nodeId: string, client: FilesClient): FileSource {
  return {
    list: (request) => client.list(nodeId, request),
    digests: (paths) => client.digests(nodeId, paths),
    read: (request) => client.read(nodeId, request),
  };
}
