import type { Manifest } from "../manifest.ts";
import { type CatalogEntry, publishedEntry, type PublishedFile } from "./catalog_entry.ts";

const MIB = 1024 * 1024;

const MANIFEST: Manifest = {
  schema: 1,
  name: "faces",
  version: 1,
  description: "Finds faces, their five landmarks and an embedding that tells people apart.",
  license: "MIT",
  pipeline: "faces",
  parameters: {
    scoreMin: 0.7,
    overlapMax: 0.4,
    search: {
      coarse: { width: 320, height: 240 },
      fineSide: 640,
      smallHeight: 24,
      smallHeightFine: 16,
      candidateScoreMin: 0.3,
      faintHeight: 12,
      faintScoreMin: 0.12,
      sideRatioMax: 2,
      everywhere: { inputSideMax: 1_024, scaleMax: 1.5, scoreMin: 0.9 },
    },
  },
  files: [
    {
      role: "detect",
      digest: "sha256:01254f2bc3f47efb309c2946ed33562d2e519d22c0ad77ed36c55a6ca0999ebf",
      size: 1_110_486,
    },
    {
      role: "landmarks",
      digest: "sha256:07200281ccd22f0f0a08b4def949bfbb3c71405ff7c89a94174b6523c7c46db9",
      size: 1_127_266,
    },
    {
      role: "embed",
      digest: "sha256:87a21d6cb6ad68ba8d66958040b7c8ef362d800beba6fd3793330f184eefaf84",
      size: 3_549_243,
    },
  ],
  requirements: { engine: "wasm", memoryBytes: 192 * MIB },
};

/**
 * Published files of the model `faces`, from the npm package faceplugin-face-recognition-js 0.0.1
 * (MIT).
 */
export const FACES_FILES: Readonly<Record<string, PublishedFile>> = {
  detect: {
    digest: "sha256:6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854",
    load: () => import("face-models/model/fr_detect.onnx", { with: { type: "bytes" } }),
    // Without the nodes that decode boxes, which are made for inputs of 320x240 only.
    cut: {
      inputs: { input: [1, 3, "height", "width"] },
      outputs: { scores: "scores", regressions: "462" },
    },
  },
  landmarks: {
    digest: "sha256:f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258",
    load: () => import("face-models/model/fr_landmark.onnx", { with: { type: "bytes" } }),
  },
  embed: {
    digest: "sha256:87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581",
    load: () => import("face-models/model/fr_feature.onnx", { with: { type: "bytes" } }),
  },
};

/** The model `faces`: detection, landmarks and embeddings of the faces in a picture. */
export const FACES: CatalogEntry = publishedEntry(MANIFEST, FACES_FILES);
