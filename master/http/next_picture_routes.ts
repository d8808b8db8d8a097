import { Hono } from "hono";
import { nextPictureResponse } from "../../protocol/http/next_picture.ts";
import { PATHS } from "../../protocol/http/paths.ts";
import type { MasterBlobs } from "../master_blobs.ts";
import type { NextPictures } from "../next_pictures.ts";

/** `GET /v1/pictures/next?key=…`: waits for the picture of a node's next assignment. */
export function nextPictureRoutes(pictures: NextPictures, blobs: Pick<MasterBlobs, "view">): Hono {
  const app = new Hono();
  app.get(PATHS.nextPicture, async (context) => {
    const digest = await pictures.next(context.req.query("key") ?? "", context.req.raw.signal);
    const bytes = digest && blobs.view(digest);
    return nextPictureResponse(bytes && { digest, bytes });
  });
  return app;
}
