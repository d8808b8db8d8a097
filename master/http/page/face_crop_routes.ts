import { Hono } from "hono";
import { callerOfRequest, checkGallery } from "../../../protocol/http/auth.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { personNameSchema } from "../../../protocol/http_api/people_api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { galleryNameSchema, idSchema, parseAs, z } from "../../../protocol/schema.ts";
import type { Credentials } from "../../../protocol/security/credentials.ts";
import type { MasterBlobs } from "../../blobs/master_blobs.ts";
import type { People } from "../../people/people.ts";

/** Headers of a face, of which no cache may keep a copy: its person may be removed. */
const HEADERS = { "content-type": "image/jpeg", "cache-control": "no-store", "x-content-type-options": "nosniff" };

const faceSchema = z.strictObject({ gallery: galleryNameSchema, name: personNameSchema, faceId: idSchema });

/** The parts of a master that the route works with. */
export interface FaceCropRoutesOptions {
  readonly people: Pick<People, "personOf" | "store">;
  readonly blobs: Pick<MasterBlobs, "read">;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
}

/** Returns the route that shows an enrolled face to those who look after its gallery. */
export function faceCropRoutes({ people, blobs, credentials }: FaceCropRoutesOptions): Hono {
  const app = new Hono();
  app.get(`${PATHS.galleries}/:gallery/people/:name/faces/:faceId`, async ({ req }) => {
    const asked = parseAs(faceSchema, req.param(), { what: "The face", code: "request_invalid" });
    const { gallery, name, faceId } = asked;
    checkGallery(callerOfRequest(req.raw, credentials), gallery);
    const { personId } = people.personOf(gallery, name);
    const face = people.store.face(faceId);
    if (face === null || face.personId !== personId) {
      throw new DmlError("face_unknown", `${name} has no face ${faceId}.`);
    }
    return new Response(await blobs.read(face.crop.digest), { headers: HEADERS });
  });
  return app;
}
