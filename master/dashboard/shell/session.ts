import { computed, signal } from "@preact/signals";
import { type ClusterInfo, clusterSchema } from "../../../protocol/http_api/api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { type OwnToken, ownTokenSchema } from "../../../protocol/http_api/token_api.ts";
import { ask, tell } from "../api/ask.ts";
import { asRefused, type Refused } from "../api/refused.ts";
import { connection } from "./connection.ts";

/** Facts about the master; `null` until it has answered. */
export const cluster = signal<ClusterInfo | null>(null);
/** The person at the page; `null` until they have signed in. */
export const me = signal<OwnToken | null>(null);
/** Reason why the page cannot begin; `null` if it can. */
export const beginning = signal<Refused | null>(null);
/** True if the master is asked who is at the page. */
export const isBeginning = signal(true);

export const isAdmin = computed(() => me.value?.role === "admin");
/** True if the caller may see and change people. */
export const mayEnrol = computed(() => me.value?.role === "admin" || me.value?.role === "people");

const UNAUTHORIZED = 401;

/** Asks the master who is at the page. */
export async function begin(): Promise<void> {
  isBeginning.value = true;
  connection.ended.value = null;
  try {
    cluster.value = await ask(PATHS.cluster, clusterSchema);
    me.value = await ask(PATHS.ownToken, ownTokenSchema);
    beginning.value = null;
  } catch (error) {
    const refused = asRefused(error);
    beginning.value = refused.status === UNAUTHORIZED ? null : refused;
    // Somebody who was not signed in before is asked by the view, not by the banner.
    if (me.value === null) connection.ended.value = null;
  } finally {
    isBeginning.value = false;
  }
}

/** Signs in with a token. Throws `Refused`. */
export async function signIn(token: string): Promise<void> {
  await tell(PATHS.session, { method: "POST", token });
  await begin();
}

/** Makes the browser forget the token. */
export async function signOut(): Promise<void> {
  await tell(PATHS.session, { method: "DELETE" });
  connection.ended.value = null;
  me.value = null;
}
