import type { Manifest } from "../manifest.ts";
import { type CatalogEntry, publishedEntry } from "./catalog_entry.ts";
import { FACES, FACES_FILES } from "./faces.ts";

const MIB = 1024 * 1024;

const MANIFEST: Manifest = {
  ...FACES.manifest,
  name: "face-attributes",
  version: 1,
  description:
    "As `faces`, and what each face is like: apparent age and gender, expression, live or spoof. Guesses, not facts.",
  files: [
    ...FACES.manifest.files,
    {
      role: "age",
      digest: "sha256:2e8f1151a514588c0ec02373b4c53ba9222598daf1a280638f8e22954a0db447",
      size: 201_280,
    },
    {
      role: "gender",
      digest: "sha256:5dceb94b56cbddf137a3979b6f3576e7ca732186bec2bacae28ca97c2fbefe69",
      size: 343_725,
    },
    {
      role: "expression",
      digest: "sha256:a038453acd5642c666ee000b0198a827e60ac5a75a4c81bf1d32bf3013be5986",
      size: 28_156_839,
    },
    {
      role: "liveness",
      digest: "sha256:80b4e3b8c557315962d2bac49ba64c69e2a702717a1e7f4dda2feac141f15d00",
      size: 1_886_811,
    },
  ],
  requirements: { engine: "wasm", memoryBytes: 448 * MIB },
};

/**
 * The model `face-attributes`: faces with age, gender, expression and liveness, by seven model
 * files of the npm package faceplugin-face-recognition-js 0.0.1 (MIT).
 */
export const FACE_ATTRIBUTES: CatalogEntry = publishedEntry(
  MANIFEST,
  {
    ...FACES_FILES,
    age: {
      digest: "sha256:74c9b01700cb9ef96f7190a2230218414ff99d231415c4b091a755780cad5e8a",
      load: () => import("face-models/model/fr_age.onnx", { with: { type: "bytes" } }),
    },
    gender: {
      digest: "sha256:a003e8392a617ca834c7ca2c01e0895f5c354217fb56cd0373935e6e9b9c396e",
      load: () => import("face-models/model/fr_gender.onnx", { with: { type: "bytes" } }),
    },
    expression: {
      digest: "sha256:88959314d9dc14d6c968cca31dc068e4350bf1944154e3bdd2eece5d0f318d05",
      load: () => import("face-models/model/fr_expression.onnx", { with: { type: "bytes" } }),
    },
    liveness: {
      digest: "sha256:afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d",
      load: () => import("face-models/model/fr_liveness.onnx", { with: { type: "bytes" } }),
    },
  },
  { isOptional: true },
);
