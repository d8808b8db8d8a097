import { type Context, Hono } from "hono";
import { callerOfRequest, checkGallery, checkRole } from "../../protocol/http/auth.ts";
import { personNameSchema } from "../../protocol/http_api/people_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { verificationParametersSchema } from "../../protocol/http_api/verification_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { DEFAULT_GALLERY } from "../../protocol/kernel/people_names.ts";
import { galleryNameSchema, parseAs } from "../../protocol/schema.ts";
import type { Credentials } from "../../protocol/security/credentials.ts";
import type { People } from "../people/people.ts";
import { verifyPerson, verifyPictures } from "./verification.ts";
import { queryValues, withFields } from "../http/inputs/query_values.ts";
import { readPictures } from "../http/inputs/read_pictures.ts";
import type { Uploads } from "../http/uploads/uploads.ts";

/** The services behind the route. */
export interface VerificationRoutesOptions {
  readonly people: People;
  readonly uploads: Pick<Uploads, "read">;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
}

/**
 * Serves `POST /v1/verifications`, which says whether two pictures show the same person, or whether
 * a picture shows a person of a gallery. Names of people are for those who may list them.
 */
export function verificationRoutes({ people, uploads, credentials }: VerificationRoutesOptions): Hono {
  const app = new Hono();
  app.post(PATHS.verifications, async (context) => {
    const { signal } = context.req.raw;
    // Whatever can be refused is refused before the pictures are read.
    parametersOf(context, { credentials });
    const { files, fields } = await readPictures(context, { uploads, picturesMax: 2 });
    const { gallery, person, anyAngle } = parametersOf(context, { credentials, fields });
    const [first, second] = files.map(({ bytes }) => bytes);
    if (person === null) {
      if (second === undefined) throw new DmlError("request_invalid", "There is one picture only, and no person.", ONE);
      return context.json(await verifyPictures([first, second], { people, gallery, anyAngle, signal }));
    }
    if (second !== undefined) {
      throw new DmlError("request_invalid", "There are two pictures and a person.", ONE);
    }
    const where = { gallery: gallery ?? DEFAULT_GALLERY, name: person };
    return context.json(await verifyPerson(first, { people, ...where, anyAngle, signal }));
  });
  return app;
}

const ONE = { advice: "Send two pictures as image1 and image2, or one picture and the name of a person." };

function parametersOf(
  context: Context,
  { credentials, fields = new Map() }: { credentials: Credentials | null; fields?: ReadonlyMap<string, string> },
): { gallery: string | null; person: string | null; anyAngle?: boolean } {
  const request = context.req.raw;
  const { gallery, person, anyAngle } = queryValues(
    verificationParametersSchema,
    withFields(context.req.queries(), fields),
  );
  const caller = callerOfRequest(request, credentials);
  const own = person === undefined ? undefined : caller?.gallery;
  const name = gallery ?? own ?? null;
  const checked = name === null
    ? null
    : parseAs(galleryNameSchema, name, { what: "The parameter gallery", code: "request_invalid" });
  checkGallery(caller, checked ?? (person === undefined ? null : DEFAULT_GALLERY));
  if (person === undefined) return { gallery: checked, person: null, anyAngle };
  checkRole(request, { credentials, roles: ["people", "admin"] });
  const named = parseAs(personNameSchema, person, { what: "The parameter person", code: "request_invalid" });
  return { gallery: checked, person: named, anyAngle };
}
