import type { Message, MessageType } from "../../protocol/messages/message.ts";
import type { TaskResult } from "../../protocol/messages/task.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";

const taskId = "task_0123456789abcdefghjk";
const commandId = "command_0123456789abcdefghjk";
const digest = `sha256:${"a1".repeat(32)}` as const;
const blob = { digest, size: 1_234_567 };

const SAMPLE_PREDICTION: TaskResult["prediction"] = {
  model: "faces@1",
  width: 1920,
  height: 1280,
  persons: [{
    box: { x: 10.5, y: 20, width: 100, height: 120.25 },
    score: 0.99,
    landmarks: [1, 2, 3, 4, 5].map((x) => ({ x, y: 2 * x })),
    name: null,
    similarity: null,
    recognition: "uncertain",
    candidates: [{ name: "Zo\u00eb", similarity: 0.41 }],
    quality: { eyeDistance: 61.5, sharpness: 240.5 },
    crop: blob,
  }],
  gallery: { name: "staff", version: 7 },
  timings: {
    decodeMs: 15,
    prepareMs: 3,
    inferMs: 100,
    interpretMs: 0.25,
    drawMs: 1,
    encodeMs: 29,
    totalMs: 148.25,
  },
};

/** One valid message of every type. */
export const SAMPLE_MESSAGES: { [Type in MessageType]: Extract<Message, { type: Type }> } = {
  "hello": {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    version: "0.1.0",
    publicKey: "A".repeat(43),
    name: "ada \u{1f5a5}",
    token: null,
    capabilities: {
      os: "linux",
      arch: "x86_64",
      cores: 2,
      memoryBytes: 8_000_000_000,
      workers: 2,
      engines: ["wasm"],
    },
    cached: [digest],
  },
  "challenge": { type: "challenge", challenge: "c".repeat(43) },
  "proof": { type: "proof", signature: "s".repeat(86) },
  "welcome": {
    type: "welcome",
    protocol: PROTOCOL_VERSION.max,
    version: "0.1.0",
    sessionSecret: `dmls_${"0".repeat(32)}`,
    heartbeatIntervalMs: 1_000,
    deadAfterMs: 6_000,
  },
  "reject": { type: "reject", code: "unauthorized", reason: "The token is not known." },
  "availability": {
    type: "availability",
    freeSlots: 1,
    running: 1,
    queued: 0,
    draining: false,
    memoryFreeBytes: 1_000_000,
    load: 0.5,
  },
  "ping": { type: "ping" },
  "goodbye": { type: "goodbye", code: "shutting_down", reason: "Ctrl-C." },
  "error": { type: "error", code: "message_unknown", reason: "No such type." },
  "model.offer": {
    type: "model.offer",
    model: "faces@1",
    manifest: blob,
    files: [blob],
    requirements: { engine: "wasm", memoryBytes: 250_000_000 },
  },
  "model.retire": { type: "model.retire", manifestDigest: digest },
  "model.ready": {
    type: "model.ready",
    manifestDigest: digest,
    imagesPerSecond: 6.5,
    fetchedBytes: 7_300_000,
    warmUpMs: 812.5,
  },
  "model.failed": {
    type: "model.failed",
    manifestDigest: digest,
    code: "engine_failed",
    reason: "No.",
  },
  "gallery.offer": { type: "gallery.offer", gallery: "staff", version: 7, index: blob },
  "gallery.retire": { type: "gallery.retire", gallery: "staff" },
  "gallery.ready": { type: "gallery.ready", gallery: "staff", version: 7, fetchedBytes: 1_200_000 },
  "gallery.failed": { type: "gallery.failed", gallery: "staff", version: 7, code: "gallery_invalid", reason: "No." },
  "task.assign": {
    type: "task.assign",
    taskId,
    attempt: 1,
    manifestDigest: digest,
    image: blob,
    options: { annotate: true, embeddings: false, gallery: "staff", crops: true },
    deadlineMs: 60_000,
  },
  "task.cancel": { type: "task.cancel", taskId, attempt: 1 },
  "task.result": {
    type: "task.result",
    taskId,
    attempt: 2,
    prediction: SAMPLE_PREDICTION,
    annotated: { ...blob, mediaType: "image/jpeg" },
    serviceMs: 150,
  },
  "task.failed": { type: "task.failed", taskId, attempt: 1, code: "image_unreadable", reason: "x" },
  "command.run": { type: "command.run", commandId, command: "drain" },
  "program.offer": { type: "program.offer", version: "0.2.0", target: "linux-x64", digest, size: 45_000_000 },
  "log.records": {
    type: "log.records",
    journal: "journal_0123456789abcdefghjk",
    lost: 2,
    records: [{
      sequence: 3,
      timeMs: 1_700_000_000_000,
      level: "warn",
      message: "A model is late.",
      fields: { model: "faces@1", tries: 2, isLast: false, reason: null },
    }],
  },
  "log.position": { type: "log.position", journal: "journal_0123456789abcdefghjk", sequence: 3 },
  "program.state": {
    type: "program.state",
    digest,
    state: "declined",
    reason: "The node was not started with --upgrade.",
  },
  "command.done": { type: "command.done", commandId, ok: true, detail: "" },
};
