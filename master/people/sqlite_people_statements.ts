import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ReadStatement } from "../ledger/read_statement.ts";

const GALLERY = `name, version, embedder, dimensions, thresholds, thresholds_set AS thresholdsSet,
  model_thresholds AS modelThresholds, created_ms AS createdMs, changed_ms AS changedMs, built, superseded`;
const PERSON = `person_id AS personId, gallery, name, metadata, created_ms AS createdMs, changed_ms AS changedMs,
  (SELECT COUNT(*) FROM faces WHERE faces.person_id = people.person_id AND kind = 'enrolled') AS enrolled,
  (SELECT COUNT(*) FROM faces WHERE faces.person_id = people.person_id AND kind = 'rejected') AS rejected`;
const FACE = `faces.face_id AS faceId, faces.person_id AS personId, kind, eye_distance AS eyeDistance, sharpness,
  crop_digest AS cropDigest, crop_size AS cropSize, source, faces.created_ms AS createdMs`;
const FACES_WITHOUT = `FROM faces JOIN people ON people.person_id = faces.person_id
  WHERE gallery = :gallery AND NOT EXISTS (
    SELECT 1 FROM embeddings WHERE embeddings.face_id = faces.face_id AND embeddings.embedder = :embedder)`;

/** Prepares every statement of the store of people once. */
export function preparePeople(database: DatabaseSync) {
  const read = (sql: string) => new ReadStatement(database, { sql, what: "The store of people" });
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    galleries: read(`SELECT ${GALLERY} FROM galleries ORDER BY name`),
    gallery: read(`SELECT ${GALLERY} FROM galleries WHERE name = ?`),
    lastVersion: read(`SELECT version FROM removed_galleries WHERE name = ?`),
    peopleCount: read(`SELECT COUNT(*) AS people FROM people WHERE gallery = ?`),
    counts: read(
      `SELECT COALESCE(SUM(kind = 'enrolled'), 0) AS enrolled, COALESCE(SUM(kind = 'rejected'), 0) AS rejected
       FROM people JOIN faces ON faces.person_id = people.person_id WHERE gallery = :gallery`,
    ),
    people: read(
      `SELECT ${PERSON} FROM people WHERE gallery = :gallery AND (:after IS NULL OR name > :after)
       ORDER BY name LIMIT :limit`,
    ),
    person: read(`SELECT ${PERSON} FROM people WHERE gallery = :gallery AND name = :name`),
    faces: read(`SELECT ${FACE} FROM faces WHERE person_id = ? ORDER BY created_ms, face_id`),
    face: read(`SELECT ${FACE} FROM faces WHERE face_id = ?`),
    embeddedFaces: read(
      `SELECT ${FACE}, vector FROM faces JOIN embeddings USING (face_id)
       WHERE person_id = :personId AND embedder = :embedder ORDER BY created_ms, face_id`,
    ),
    bucket: read(
      `SELECT people.person_id AS personId, people.name AS name, kind, vector
       FROM people JOIN faces ON faces.person_id = people.person_id JOIN embeddings USING (face_id)
       WHERE gallery = :gallery AND slot & :mask = :bucket AND embedder = :embedder
       ORDER BY people.person_id, faces.created_ms, face_id`,
    ),
    facesWithout: read(
      `SELECT ${FACE} ${FACES_WITHOUT} AND (:after IS NULL OR faces.face_id > :after)
       ORDER BY faces.face_id LIMIT :limit`,
    ),
    countWithout: read(`SELECT COUNT(*) AS faces ${FACES_WITHOUT}`),
    cropUser: read(`SELECT 1 FROM faces WHERE crop_digest = ? LIMIT 1`),
    putGallery: prepare(
      `INSERT INTO galleries (
         name, version, embedder, dimensions, thresholds, thresholds_set, model_thresholds, created_ms, changed_ms, built,
         superseded)
       VALUES (
         :name, :version, :embedder, :dimensions, :thresholds, :thresholdsSet, :modelThresholds, :createdMs, :changedMs,
         :built, :superseded)
       ON CONFLICT (name) DO UPDATE SET
         version = excluded.version, embedder = excluded.embedder, dimensions = excluded.dimensions,
         thresholds = excluded.thresholds, thresholds_set = excluded.thresholds_set,
         model_thresholds = excluded.model_thresholds, created_ms = excluded.created_ms, changed_ms = excluded.changed_ms,
         built = excluded.built, superseded = excluded.superseded`,
    ),
    rememberVersion: prepare(
      `INSERT INTO removed_galleries (name, version) SELECT name, version FROM galleries WHERE name = ?
       ON CONFLICT (name) DO UPDATE SET version = excluded.version`,
    ),
    removeGallery: prepare(`DELETE FROM galleries WHERE name = ?`),
    putPerson: prepare(
      `INSERT INTO people (person_id, gallery, name, slot, metadata, created_ms, changed_ms)
       VALUES (:personId, :gallery, :name, :slot, :metadata, :createdMs, :changedMs)
       ON CONFLICT (person_id) DO UPDATE SET
         name = excluded.name, metadata = excluded.metadata, changed_ms = excluded.changed_ms`,
    ),
    removePerson: prepare(`DELETE FROM people WHERE person_id = ?`),
    addFace: prepare(
      `INSERT INTO faces (face_id, person_id, kind, eye_distance, sharpness, crop_digest, crop_size, source, created_ms)
       VALUES (:faceId, :personId, :kind, :eyeDistance, :sharpness, :cropDigest, :cropSize, :source, :createdMs)`,
    ),
    removeFace: prepare(`DELETE FROM faces WHERE face_id = ?`),
    moveFaces: prepare(`UPDATE faces SET person_id = :toPersonId WHERE person_id = :fromPersonId`),
    addEmbedding: prepare(
      `INSERT INTO embeddings (face_id, embedder, vector) VALUES (:faceId, :embedder, :vector)
       ON CONFLICT (face_id, embedder) DO UPDATE SET vector = excluded.vector`,
    ),
    dropEmbeddings: prepare(
      `DELETE FROM embeddings WHERE embedder <> :embedder AND face_id IN (
         SELECT face_id FROM faces JOIN people ON people.person_id = faces.person_id WHERE gallery = :gallery)`,
    ),
  };
}

export type PeopleStatements = ReturnType<typeof preparePeople>;
