import {
  batchAnswerSchema,
  clusterSchema,
  modelAddedSchema,
  modelDetailSchema,
  modelFileReceivedSchema,
  modelsSchema,
  nodeCommandAnswerSchema,
  nodeCommandSchema,
  nodesSchema,
  predictAnswerSchema,
  problemSchema,
} from "../../../protocol/http_api/api.ts";
import { auditPageSchema } from "../../../protocol/http_api/audit_api.ts";
import { backupRequestSchema } from "../../../protocol/http_api/backup_api.ts";
import {
  labelChangeSchema,
  modelLabelsSchema,
  requirementChangeSchema,
  requirementsListingSchema,
} from "../../../protocol/http_api/fleet_api.ts";
import { logPageSchema } from "../../../protocol/http_api/log_api.ts";
import {
  changedSchema,
  enrolAnswerSchema,
  facesPageSchema,
  galleriesSchema,
  gallerySchema,
  importAnswerSchema,
  mergeSchema,
  peoplePageSchema,
  personDetailSchema,
  personPatchSchema,
  thresholdsChangeSchema,
} from "../../../protocol/http_api/people_api.ts";
import { programsSchema } from "../../../protocol/http_api/program_api.ts";
import {
  collectedSchema,
  lineageSchema,
  pinSchema,
  rolloutRequestSchema,
  rolloutSchema,
} from "../../../protocol/http_api/rollout_api.ts";
import {
  createdTokenSchema,
  defaultTokenSchema,
  ownTokenSchema,
  tokenListingSchema,
  tokenRequestSchema,
  tokensSchema,
} from "../../../protocol/http_api/token_api.ts";
import { emptiedSchema, restoredSchema, trashSchema } from "../../../protocol/http_api/trash_api.ts";
import { filePiecesAnswerSchema } from "../../../protocol/http_api/file_api.ts";
import { statusSchema } from "../../../protocol/http_api/status_api.ts";
import { execRequestSchema } from "../../../protocol/http_api/exec_api.ts";
import { explanationSchema } from "../../../protocol/http_api/explanation_api.ts";
import { verificationSchema } from "../../../protocol/http_api/verification_api.ts";
import { z } from "../../../protocol/schema.ts";

/** Bodies of requests and answers by their names in the document: the schemas that are in force. */
export const SCHEMAS = {
  Problem: problemSchema,
  PredictAnswer: predictAnswerSchema,
  BatchAnswer: batchAnswerSchema,
  Verification: verificationSchema,
  Status: z.strictObject({ status: z.literal("ok") }),
  Detail: nodeCommandAnswerSchema,
  Cluster: clusterSchema,
  Galleries: galleriesSchema,
  Gallery: gallerySchema,
  ThresholdsChange: thresholdsChangeSchema,
  PeoplePage: peoplePageSchema,
  FacesPage: facesPageSchema,
  Person: personDetailSchema,
  PersonChange: personPatchSchema,
  Merge: mergeSchema,
  Changed: changedSchema,
  EnrolAnswer: enrolAnswerSchema,
  ImportAnswer: importAnswerSchema,
  Trash: trashSchema,
  Restored: restoredSchema,
  Emptied: emptiedSchema,
  Models: modelsSchema,
  ModelDetail: modelDetailSchema,
  ModelAdded: modelAddedSchema,
  Explanation: explanationSchema,
  ModelFileReceived: modelFileReceivedSchema,
  ModelLabels: modelLabelsSchema,
  Lineage: lineageSchema,
  RolloutRequest: rolloutRequestSchema,
  Rollout: rolloutSchema,
  Pin: pinSchema,
  Collected: collectedSchema,
  Nodes: nodesSchema,
  NodeCommand: nodeCommandSchema,
  ClusterStatus: statusSchema,
  ExecRequest: execRequestSchema,
  FilePieces: filePiecesAnswerSchema,
  LabelChange: labelChangeSchema,
  Requirements: requirementsListingSchema,
  RequirementChange: requirementChangeSchema,
  Programs: programsSchema,
  Logs: logPageSchema,
  BackupRequest: backupRequestSchema,
  Tokens: tokensSchema,
  TokenRequest: tokenRequestSchema,
  Token: tokenListingSchema,
  CreatedToken: createdTokenSchema,
  DefaultToken: defaultTokenSchema,
  OwnToken: ownTokenSchema,
  Audit: auditPageSchema,
} as const satisfies Record<string, z.ZodType>;
export type SchemaName = keyof typeof SCHEMAS;

const POINT = { x: 320, y: 210 };

/** Examples of some of the bodies; a test parses each with its schema. */
export const EXAMPLES: { readonly [Name in SchemaName]?: z.input<(typeof SCHEMAS)[Name]> } = {
  Problem: {
    type: "urn:dml:problem:queue_full",
    title: "Queue full",
    status: 429,
    code: "queue_full",
    detail: "4096 pictures wait already.",
    advice: "Send it again after the time in Retry-After, or add a node.",
    retryable: true,
    requestId: "req_0123456789abcdefghjk",
  },
  PredictAnswer: {
    prediction: {
      model: "faces@1",
      width: 1920,
      height: 1280,
      gallery: { name: "default", version: 4 },
      persons: [{
        box: { x: 260, y: 120, width: 130, height: 170 },
        score: 0.998,
        landmarks: [POINT, POINT, POINT, POINT, POINT],
        name: "Ada Lovelace",
        similarity: 0.71,
        recognition: "known",
        quality: { eyeDistance: 58.4, sharpness: 210.5 },
      }],
      timings: { decodeMs: 9, prepareMs: 4, inferMs: 41, interpretMs: 1, drawMs: 0, encodeMs: 0, totalMs: 55 },
    },
    annotated: null,
    timings: { queuedMs: 0.4, transferMs: 2.1, nodeMs: 55, returnMs: 0.2 },
    attempts: 1,
  },
  Verification: {
    similarity: 0.71,
    verdict: "same",
    thresholds: { known: 0.45, unknown: 0.4 },
    faces: [{ box: { x: 260, y: 120, width: 130, height: 170 }, score: 0.998 }],
    person: { gallery: "default", name: "Ada Lovelace", faces: 3 },
  },
  Status: { status: "ok" },
  Cluster: {
    product: "dml",
    version: "0.1.0",
    protocol: { min: 4, max: 4 },
    controlPort: 7401,
    tokenRequired: true,
  },
  TokenRequest: { role: "people", gallery: "staff", name: "reception", ttlMs: 86_400_000 },
  NodeCommand: { command: "drain" },
  PersonChange: { name: "Ada King", metadata: { room: "4", floor: null } },
  Merge: { from: "A. Lovelace" },
  ThresholdsChange: { known: 0.5, unknown: 0.4, marginMin: 0.05, eyeDistanceMin: 20, sharpnessMin: 50, by: "hand" },
  LabelChange: { set: ["gpu"], remove: ["old"] },
  RequirementChange: { target: { kind: "all" }, requirement: "faces@2", isRequired: true },
  ModelLabels: { labels: ["gpu"] },
  Pin: { pinned: true },
};
