/**
 * Strips of faxes. They were made once by `tiffcp` of libtiff 4.5.0 (`-c g3:1d`, `-c g3:2d` and `-c
 * g4`, one strip each) from the pictures
 * that the functions below describe, so that the codes are compared with those of another program.
 * 1 is white, which the file has to say.
 */
export const FAX_PICTURES = {
  /** 5300 x 104: a run of every length that has a code, in white, in black and again. */
  everyRun: Uint8Array.fromBase64(
    "ABNQHwHwyAJAATVDgPgPhkApAAmu4D4D4ZAMgAJrQA+A+GQCsACauwHwHwyAVAATU8AfAfDIDaABNS4B8B8MgGwAE1H4D4D4ZAawAJqLMB8B8M" +
      "gNQAE1EoA+A+GQGkACahDgPgPhkA1AAmoVAD4D4ZANAAJqHIAfAfDIDMABNQQMB8B8MgMoAE1B9AHwHwyALgAmoY1AfAfDIBuACagvUA+A+GQG" +
      "gAE1BisB8B8MgCAATUCE4D4D4ZALgAmoZxgD4D4ZAOACahoEAPgPhkBwATUNhcB8B8MgIACag3BgPgPhkCgAmoKAgD4D4ZBAAmoF1AD4D4ZDAB" +
      "NQMKwHwHwyMAE1DKJgPgPhkBuACahlpAHwHwPBmABNQzDAD4D4HgWAAmoZoEA+A+B4LIAJqDQBgPgPgeBQACag0jQD4D4HgcAAmoNQ2A+A+B4E" +
      "gAJqDWJAPgPgeCkACahpCYD4D4HgyAAmoaYoA+A+B4KwAJqGoKgPgPgeCoACahqiwD4D4HhtAAmoawuA+A+B4NgAJqGuUAPgPgeGsACag2FID4" +
      "D4HhqAAmoNpUA+A+B4aQAJqG0VgPgPgeDUACahtlgD4D4Hg0AAmoKhaA+A+B4ZgAJqCqCAPgPgeGUACagrAoD4D4HgXABNQVwoB8B8DwbgAmoM" +
      "gWA+A+B4aAATUGVSAfAfA8CAATUFJTAfAfA8FwATUFNUAfAfA8HABNQJFUB8B8Dw4AJqBuSAPgPgeEABNQOCUB8B8DxQATUCdYAfAfA8gATUCh" +
      "ZAfAfA9gAmoLC0A+A+B+ACagsrYD4D4HhuACagVpQD4D4MwAJqBYlgPgPgWAAmoLRkA+A+CyACagzGYD4D4FAAJqDOaAPgPgcAAmoHhvs1AfAf" +
      "AkABNQyA3kagPgOgSAAmoZIbrmoD4C4EgAJqC2G7c1AfAVAkABNQMw3NjUB8BMCQAE1A0Dc3NQHwGgSAAmoGobshqA+AgCQAE1A2BuymoD4GQC" +
      "QAE1A2hu0GoD4FoCQAE1AlBuzmoD4FQCQAE1AlhuzDUB8CkBIACagTA3ZpqA+B2AkABNQJobtI1AfA6ASAAmoHIN2magPgcgJAATUDmG7UNQHw" +
      "JgEgAJqB0DdqmoD4EoCQAE1A6hu1jUB8DYBIACagdg3a5qA+BoBIACagdw3bBqA+C2BIACagUg3bJqA+GQBIACagUw3bRqA+BIACagVA3bZqA6" +
      "BIACagVQ3TBqAuBIACagWg3TJqAqBIACagWw3TRqAmBIACagZA3YNQGgSAAmoGUN02agIAkABNQEBuAg1AyASAAmoDA3AYagWgJAATUBobgNNQ" +
      "KgEgAJqAkG4CRqBSAkABNQEw3ATNQOwEgAJqAoG4ChqB0AkABNQFQ3AVNQOQEgAJqAsG4CxqBMAkABNQFw3AXNQJQEgAJqA4G4DhqBsAkABNQH" +
      "Q3AdNQNAJAATUB4NwHjUFsCQAE1AfDcB81DIAk",
  ),
  /** 50 x 30: dots, each row coded by itself or by the one above. */
  group3: Uint8Array.fromBase64(
    "AB8x4fHQ6HQ6Hx8fc+gAXx//2oAPG+Pj46HQ6Hx8ecEABAkvSEWFsjzgAzUbw+PjodDodD4+9ArgAoIIJJJJC0EEwQZHMKADgh4fHY6Hx0PvuC" +
      "AAgQIIQghSKHSSCCaQQQISrLsAHZjw+Ox0Ox8ecEABE1MEIQTCZHESQQRZ4AM1G8Pj46HQ6HQ+Pjtwg4AI2YTCYTSSQpJBBEx8AGa9seHx0Oh0" +
      "Oh8dPufY4AKG2C8cdawhgAzU4h8fHgIAF/5dl0R8xQAZq4Y+Pjw8OnQ88gAFCSXhBYQW94YJQAdm+Pj46HQ7Hx5zHIcAETUYSSSSZQ4QVsj6Kf" +
      "wAZqbsfHx4c3Q/EgAEbMIUkoiIwAZqTw8Oh+EPuh8dD+VgAgYhBCEE00kggrVkxwcAGauJ8fHQ6Hh06Hnc0OACgwQYTCaTSQQTCCKHBGMjnABu" +
      "Tw+Oh8djoeH4Y5DgAgbfsLBAktKvAB8x4djoCABfCC5HRHRHyPkfLmCU",
  ),
  /** The same dots, each row coded by the one above. */
  group4: Uint8Array.fromBase64(
    "PMjxHyOiOiOiOiPkfI+XMF+P/+1SpAgX/7YwSXpCLC2R5wkkksococILYK2GFgggkkkkLQQTBBkcwoMUEkkJQ4QTQQTCZcEBAghCCFIodJIIJp" +
      "BBAhKsuzZhCEE00kwmEIIuCE1MEIQTCZHESQQRZ8MEwmEyOiOiOgSSSCCLhJswmEwmkkhSSCCJj5NcN2EwvwQLVJHvDbBeOOtYQ7f8RER/+XZd" +
      "EfMWl/QQL34SS8ILCC3vDBKISpJfju2yOUmowkkkkyhwgrZH0U/wgkkkmhaCCcMZswhSSiIjJqQQhBCkUOjCI+XRHyOiPnKDEIIQgmmkkEFasm" +
      "ODgi4YTCZHQWKSoJIIzWDBBhMJpNJBBMIIocEYyOcNthMLaHqohbg2/YWCBJaVe3YQ8REREfwguR0R0R8j5Hy5glABABA=",
  ),
} as const;

/** Tells if the picture of every run is black there. */
export function isRunBlack(x: number, y: number): boolean {
  const length = y < 64 ? y : (y - 63) * 64;
  return x >= length && x < 2 * length;
}

/** Tells if the picture of dots is black there. */
export function isDotBlack(x: number, y: number): boolean {
  return Math.floor((x * x + y * y * 3) / 29) % 3 === 0 || (x > 20 && y > 10 && (x * y) % 7 === 0);
}
