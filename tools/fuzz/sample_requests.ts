import { archiveOf } from "../../tests/master/people/people_fixture.ts";
import { SAMPLE_MANIFESTS } from "./sample_manifests.ts";
import type { Json } from "./mutate_json.ts";

/** A request that a route understands, before it is changed. */
export interface RequestSample {
  readonly method: string;
  /** Path with a parameter as `:name`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json | Uint8Array<ArrayBuffer>;
}

const PICTURE = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4);
const PERSON = "/v1/galleries/:gallery/people/:person";
const THRESHOLDS = { known: 0.6, unknown: 0.4, marginMin: 0.1, eyeDistanceMin: 30, sharpnessMin: 5, by: "hand" };
const PAGE = { after: "Ada", limit: "10" };
const FACE = { face: "1", largest: "false", anyAngle: "true", source: "a.jpg", dryRun: "true" };

/** One request of every route. */
export const REQUESTS: readonly RequestSample[] = [
  { method: "GET", path: "/v1/cluster" },
  { method: "GET", path: "/v1/health" },
  { method: "GET", path: "/v1/ca" },
  { method: "GET", path: "/v1/token" },
  {
    method: "POST",
    path: "/v1/predictions",
    query: {
      model: "faces",
      annotate: "true",
      embeddings: "true",
      gallery: "none",
      crops: "true",
      maxSide: "90",
      anyAngle: "true",
    },
    body: PICTURE,
  },
  { method: "POST", path: "/v1/predictions", query: { model: "empty" }, body: PICTURE },
  { method: "GET", path: "/blobs/:digest" },
  { method: "HEAD", path: "/blobs/:digest" },
  { method: "PUT", path: "/blobs/:digest", body: PICTURE },
  { method: "GET", path: "/v1/models" },
  ...SAMPLE_MANIFESTS.slice(0, 2).map((body) => ({ method: "POST", path: "/v1/models", body })),
  { method: "GET", path: "/v1/models/:name" },
  { method: "DELETE", path: "/v1/models/:name" },
  { method: "GET", path: "/v1/models/:name/rollouts" },
  { method: "POST", path: "/v1/models/:name/rollouts", body: { version: 2, canaryShare: 0.1, canaryTasks: 5 } },
  { method: "POST", path: "/v1/models/:name/rollback" },
  { method: "PUT", path: "/v1/models/:name/pin", body: { pinned: true } },
  { method: "PUT", path: "/v1/models/:name/labels", body: { labels: ["gpu", "room=attic"] } },
  { method: "POST", path: "/v1/gc" },
  { method: "GET", path: "/v1/model-files/:digest", query: { size: "4" } },
  { method: "PUT", path: "/v1/model-files/:digest", query: { size: "4" }, body: Uint8Array.of(1, 2, 3, 4) },
  { method: "GET", path: "/v1/nodes" },
  ...["drain", "resume"].map((command) => ({ method: "POST", path: "/v1/nodes/:nodeId/commands", body: { command } })),
  { method: "POST", path: "/v1/nodes/:nodeId/approve" },
  { method: "POST", path: "/v1/nodes/:nodeId/restore" },
  { method: "PUT", path: "/v1/nodes/:nodeId/labels", body: { set: ["gpu", "room=attic"], remove: ["floor"] } },
  { method: "GET", path: "/v1/requirements" },
  {
    method: "PUT",
    path: "/v1/requirements",
    body: { target: { kind: "label", label: "gpu" }, requirement: "faces@2", isRequired: true },
  },
  { method: "GET", path: "/v1/programs" },
  { method: "GET", path: "/v1/logs", query: { node: "master", level: "info", sinceMs: "0", after: "0", waitMs: "50" } },
  { method: "GET", path: "/v1/tokens" },
  { method: "POST", path: "/v1/tokens", body: { role: "node", name: "attic", ttlMs: 60_000, uses: 3 } },
  { method: "DELETE", path: "/v1/tokens/:token" },
  { method: "GET", path: "/v1/tokens/defaults/:role" },
  { method: "GET", path: "/v1/audit", query: { since: "0", after: "0", limit: "10" } },
  { method: "POST", path: "/v1/backup", body: { key: "dmlb_0" } },
  { method: "GET", path: "/v1/galleries" },
  { method: "GET", path: "/v1/galleries/:gallery" },
  { method: "DELETE", path: "/v1/galleries/:gallery" },
  { method: "PUT", path: "/v1/galleries/:gallery/thresholds", body: THRESHOLDS },
  { method: "GET", path: "/v1/galleries/:gallery/people", query: PAGE },
  { method: "GET", path: "/v1/galleries/:gallery/faces", query: PAGE },
  { method: "GET", path: PERSON },
  { method: "PATCH", path: PERSON, body: { name: "Zoë", metadata: { badge: "7", team: null } } },
  { method: "DELETE", path: PERSON },
  { method: "POST", path: `${PERSON}/merge`, body: { from: "Bob" } },
  { method: "POST", path: `${PERSON}/faces`, query: FACE, body: PICTURE },
  { method: "DELETE", path: `${PERSON}/faces/:faceId` },
  { method: "POST", path: `${PERSON}/rejections`, query: FACE, body: PICTURE },
  { method: "GET", path: "/v1/galleries/:gallery/export" },
  { method: "POST", path: "/v1/galleries/:gallery/import", body: new TextEncoder().encode(archiveOf("Ada", 2)) },
];
