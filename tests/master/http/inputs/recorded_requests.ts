/**
 * Bodies as real clients sent them, with the picture replaced: a recorder wrote down each request.
 * `%PICTURE%` and `%SECOND%` stand for the bytes of the files.
 */
interface RecordedRequest {
  readonly client: string;
  readonly contentType: string;
  readonly body: string;
  readonly files: readonly { name: string; fileName: string | null; second?: true }[];
  readonly fields: Readonly<Record<string, string>>;
}

/** Bytes with line ends, dashes and what looks like a part of a boundary. */
export const PICTURE = bytesOf("\xff\xd8\xff\xe0\x00\x10JFIF\r\n--\x00\n-----------------\r\n\r\n\xff\xd9");
export const SECOND = bytesOf("\xff\xd8second\xff\xd9\r\n");

const CURL = "------------------------2b7bdfd6fc66cd3d";
const AXIOS = "--------------------------867f84d832a08f2f926062d5";
const UNDICI = "----formdata-undici-022570100089";
const REQUESTS = "09bef74812811384c622243985f10d2a";
const CHROMIUM = "----WebKitFormBoundarydmACeVTJBgWY4N3N";

export const RECORDED: readonly RecordedRequest[] = [
  {
    client: "curl 7.88 -F image=@p.jpg -F gallery=staff",
    contentType: `multipart/form-data; boundary=${CURL}`,
    body: lines(
      `--${CURL}`,
      'Content-Disposition: form-data; name="image"; filename="p.jpg"',
      "Content-Type: image/jpeg",
      "",
      "%PICTURE%",
      `--${CURL}`,
      'Content-Disposition: form-data; name="gallery"',
      "",
      "staff",
      `--${CURL}--`,
    ),
    files: [{ name: "image", fileName: "p.jpg" }],
    fields: { gallery: "staff" },
  },
  {
    client: 'curl 7.88 -F "file=@ä \\"b\\".jpg" -F file=@q.jpg',
    contentType: `multipart/form-data; boundary=${CURL}`,
    body: lines(
      `--${CURL}`,
      'Content-Disposition: form-data; name="file"; filename="\xc3\xa4 %22b%22.jpg"',
      "Content-Type: image/jpeg",
      "",
      "%PICTURE%",
      `--${CURL}`,
      'Content-Disposition: form-data; name="file"; filename="q.jpg"',
      "Content-Type: image/jpeg",
      "",
      "%SECOND%",
      `--${CURL}--`,
    ),
    files: [{ name: "file", fileName: 'ä "b".jpg' }, { name: "file", fileName: "q.jpg", second: true }],
    fields: {},
  },
  {
    client: "curl 7.88 -F image=<p.jpg, which names no file",
    contentType: `multipart/form-data; boundary=${CURL}`,
    body: lines(
      `--${CURL}`,
      'Content-Disposition: form-data; name="image"',
      "Content-Type: image/jpeg",
      "",
      "%PICTURE%",
      `--${CURL}--`,
    ),
    files: [{ name: "image", fileName: null }],
    fields: {},
  },
  {
    client: "Python requests 2.34, files= and data=, whose parts have no Content-Type",
    contentType: `multipart/form-data; boundary=${REQUESTS}`,
    body: lines(
      `--${REQUESTS}`,
      'Content-Disposition: form-data; name="min_confidence"',
      "",
      "0.45",
      `--${REQUESTS}`,
      'Content-Disposition: form-data; name="api_key"',
      "",
      "",
      `--${REQUESTS}`,
      'Content-Disposition: form-data; name="image"; filename="image"',
      "",
      "%PICTURE%",
      `--${REQUESTS}--`,
    ),
    files: [{ name: "image", fileName: "image" }],
    fields: { min_confidence: "0.45", api_key: "" },
  },
  {
    client: "axios 0.21 with form-data 4",
    contentType: `multipart/form-data; boundary=${AXIOS}`,
    body: lines(
      `--${AXIOS}`,
      'Content-Disposition: form-data; name="file"; filename="p.jpg"',
      "Content-Type: image/jpeg",
      "",
      "%PICTURE%",
      `--${AXIOS}`,
      'Content-Disposition: form-data; name="det_prob_threshold"',
      "",
      "0.8",
      `--${AXIOS}--`,
    ),
    files: [{ name: "file", fileName: "p.jpg" }],
    fields: { det_prob_threshold: "0.8" },
  },
  {
    client: "axios 0.21 with a Content-Type without a boundary, as CompreFace's client sends it",
    contentType: "multipart/form-data",
    body: lines(
      `--${AXIOS}`,
      'Content-Disposition: form-data; name="file"; filename="example.jpg"',
      "Content-Type: image/jpeg",
      "",
      "%PICTURE%",
      `--${AXIOS}--`,
    ),
    files: [{ name: "file", fileName: "example.jpg" }],
    fields: {},
  },
  {
    client: "fetch of Node with FormData",
    contentType: `multipart/form-data; boundary=${UNDICI}`,
    body: lines(
      `--${UNDICI}`,
      'Content-Disposition: form-data; name="image"; filename="a %22q%22\xc3\xa4.jpg"',
      "Content-Type: image/jpeg",
      "",
      "%PICTURE%",
      `--${UNDICI}`,
      'Content-Disposition: form-data; name="gallery"',
      "",
      "staff\r\nx",
      `--${UNDICI}--`,
    ),
    files: [{ name: "image", fileName: 'a "q"ä.jpg' }],
    fields: { gallery: "staff\r\nx" },
  },
  {
    client: "a form of Chromium 156, in which one file was not chosen",
    contentType: `multipart/form-data; boundary=${CHROMIUM}`,
    body: lines(
      `--${CHROMIUM}`,
      'Content-Disposition: form-data; name="image"; filename="p %22q%22\xc3\xa4.jpg"',
      "Content-Type: image/jpeg",
      "",
      "%PICTURE%",
      `--${CHROMIUM}`,
      'Content-Disposition: form-data; name="file"; filename=""',
      "Content-Type: application/octet-stream",
      "",
      "",
      `--${CHROMIUM}`,
      'Content-Disposition: form-data; name="model"',
      "",
      "faces",
      `--${CHROMIUM}--`,
    ),
    files: [{ name: "image", fileName: 'p "q"ä.jpg' }],
    fields: { model: "faces" },
  },
  {
    client: "curl 7.88 --data-urlencode image@p.jpg",
    contentType: "application/x-www-form-urlencoded",
    body: `image=${percentEncoded(PICTURE)}&gallery=staff+%C3%A4`,
    files: [{ name: "image", fileName: null }],
    fields: { gallery: "staff ä" },
  },
];

/** Returns the bytes of a recorded body. */
export function bodyOf({ body }: { readonly body: string }): Uint8Array<ArrayBuffer> {
  return bytesOf(body.replace("%PICTURE%", latin1(PICTURE)).replace("%SECOND%", latin1(SECOND)));
}

/** Returns one byte for each character. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function lines(...texts: string[]): string {
  return texts.map((text) => `${text}\r\n`).join("");
}

function percentEncoded(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
