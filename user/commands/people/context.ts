import type { Random } from "../../../protocol/kernel/random.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import type { PeopleClient } from "../../client/people_client.ts";
import type { PictureRunContext } from "../../pictures/picture_run.ts";

/** Ports and settings of the sub-verbs of `dml people`. */
export interface PeopleContext extends PictureRunContext {
  readonly random: Random;
  readonly people: PeopleClient;
  readonly cluster: Pick<ClusterClient, "predict" | "label">;
}
