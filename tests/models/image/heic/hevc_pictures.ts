/**
 * Pictures of 64 x 64 pixels, compressed by HEVC: the quarters of `makePicture(128, 128)` and an
 * alpha plane. Nothing that runs in Deno
 * encodes HEVC, so they were made once, by `heif-enc -q 85` of libheif 1.15.1 with x265 3.5 from
 * PNGs (the quarters with
 * `-p chroma=444`, the deep one from 16 bits a channel with `-b 10`); their boxes were taken off.
 */

/** A picture as HEIF stores it: the content of `hvcC` and that of the item, in Base64. */
export interface HevcPicture {
  readonly configuration: string;
  readonly data: string;
}

/** Width and height of each picture. */
export const HEVC_SIDE = 64;

export const HEVC = {
  /** The left upper quarter of the picture. */
  leftTop: {
    configuration:
      "AQQIAAAAAAAAAAAAHvAA/P/4+AAADwMgAAEAF0ABDAH//wQIAAADAJ44AAADAAAeugJAIQABACpCAQEECAAAAwCeOAAAAwAAHpAEECCy3UklNc" +
      "3AgIGBAAADAAEAAAMAAQgiAAEACEQBwXKGDAIk",
    data:
      "AAABqygBrwW447WLUi8NypjpBwOe0I3G5i7d/QxUw0zavcY519JLE1qpgmq5xA0K+zMA32/FVaoTPmVM8Rws4fsc6w7uzCq6Vfowf2mMLwz4g2" +
      "ZvOO9W+/p16qvHQzjYMj1NneEMxgV1sFFzsEEtfh6/tPzl06Q2TD8UtnQ5gI9JpDxu03D7KvYo8fPAKCdvpd56XHFf7Oze6psxTMrS3g99PbeD" +
      "iYNFu9vkV1kxCQGpLja0aQdmrhYsrOBQKZT8J42585dt6ifEss/IxL9hmUazrkAvASXbwhvYeotoBemHgAxwJfLkhF29JTEJJloPePSna3FYE4" +
      "HosE3fASYgroqs0K6Dxq0j+x+t5NfMrcrNdLuXK4LJEZr3NPIKRy9pZJUv/LYUAnXUrGr5XPY27RYLF5kPeWQQnT3rSmWrQz4CIoGZmw9FakcF" +
      "0Z36iAXBfZUP6WE4AQUKGUI9YiMcqMLL+fpvwDdqdvjlabAuaF/F/tj6Dep4Cug0Ws1BrC04CrQUyIVTypz56VeLAry7scWtpD7Tg93HvZF2AB" +
      "S011BAvdA/6+TsjPqlaYO5s3g=",
  },
  /** The right upper quarter. */
  rightTop: {
    configuration:
      "AQQIAAAAAAAAAAAAHvAA/P/4+AAADwMgAAEAF0ABDAH//wQIAAADAJ44AAADAAAeugJAIQABACpCAQEECAAAAwCeOAAAAwAAHpAEECCy3UklNc" +
      "3AgIGBAAADAAEAAAMAAQgiAAEACEQBwXKGDAIk",
    data:
      "AAABwSgBrwW447VNci/QPX52Q4UMJx6MBowCJkkIEfnaVK/3WFaio4uxINBgHpaHn2w8M+zNbPOucfEZa2VTWJ2nmN9Kv1HH5Ftax3+CJXZw+A" +
      "f8LB1+UquEv8qjwMb5OPxXUommIvV8u2wE8VDf+BZ6Jp9ZFiN+3FwTKk0+p1S0RtXDGXuNoOmpRmH25hjAQE2JswGez+BaDeCG/cMuw7cQ4WAB" +
      "aLMbQx+3kcLy8yHAEMbXNc/YNIg4X41HDbCdwwJXqTExdKBIxE8bEOkPgwtht3TljYKfPkmJQVjaFFMg+/m3itxR/pyJHcOpiFnLhOPbX17q50" +
      "QuwK+Zi+zfkucz/47jY7zkjmu05s14bG60HTs1UwMIyTRf6nrI7GGcdNODFIB7sjocEv7Xz/kf+F+cyaWzcc3pi9rHyiVFGd0HVWXnO21rKnG6" +
      "sx34JY1c6F4hAf3D9f9ODZmgHrA1koqin7CBwF11vq6wFXBrbsPwX8GMBUiI5y9gfl8Waloe8aWCvAnIqoJ22Hs5idQnvv9GC97MKcxEExZCPj" +
      "7E7PUMDuCCOYA53DYxspL2r9ixdLKMKqJN9hDevp2cUe52E+b/Ljvw",
  },
  /** The left lower quarter. */
  leftBottom: {
    configuration:
      "AQQIAAAAAAAAAAAAHvAA/P/4+AAADwMgAAEAF0ABDAH//wQIAAADAJ44AAADAAAeugJAIQABACpCAQEECAAAAwCeOAAAAwAAHpAEECCy3UklNc" +
      "3AgIGBAAADAAEAAAMAAQgiAAEACEQBwXKGDAIk",
    data:
      "AAABqSgBrwW44TqN0ixhNXXNt63uE/54IxIL7W8KJ2Dnvl5cv0IV/kMcBBYqaCiUziKDK/5S1rbze1m+6Onr43Peh/TnWRZ3YoH0nBrOyOD+np" +
      "51TUatT6gzVivKQusyvDM6EfmmWV1wu7Nv/qHKGwkVjNoAbTGqW5scL6tbRqQYJ5I0d5SVsUvyWBH4JVjc9SXWe6EQcomlzqVenmh/UAuW+tzR" +
      "akx5YmcJ4Dzy97/O126H0VLhk8B3UnAM7XscP7A18in6lR01D9jcGwuXA+ucwkhZJXPBq/8D/MMQdb8IgJFwwehporLiQc2GRh8HuHo0muuoNy" +
      "2x2onwzZun453hphRJ7iDfbU8s76scLG03BfPBJU8nDnVqP/FyBhnyryZuNuqz5Ptz7czEA8dFALmxe7f7f0/LNMywDyBFf5nRyP5zYQwmzLDz" +
      "CiLBrPn1GeLFln/x48cy0HcHkS+UcymZZoFf5LwQisqe20MVLu5yxsUvPIS3yd2rL6dA2vUgTF+7i20TwvzOJxtVoTwtpEdtBwyIkNrJY7UOhx" +
      "9P306S2Cf7NQr8vYxKEQYa",
  },
  /** The right lower quarter. */
  rightBottom: {
    configuration:
      "AQQIAAAAAAAAAAAAHvAA/P/4+AAADwMgAAEAF0ABDAH//wQIAAADAJ44AAADAAAeugJAIQABACpCAQEECAAAAwCeOAAAAwAAHpAEECCy3UklNc" +
      "3AgIGBAAADAAEAAAMAAQgiAAEACEQBwXKGDAIk",
    data:
      "AAABqygBrwW44RdCz4/4+p/9qOhMT7y7h2jx3gm6xoXm8syTna/z43IieEpHnyeaT4y3T+2OuOBS4vzz3m32K5eNmBOz6DK+08fVajD74gFYRi" +
      "OpkfRNpaHyx8lo0EAOtCyeVAZeXj1d00pW0kxDoQqx/JbXNIvx8g3MFqtD/ZpTDC2Ni1eaGzy1TpwoRwPDH1JU/VpJO53TO0BkILdN/T/mfZAA" +
      "L5tTbRIQyv9F3PQZS8C9NdVzMItjaGvwB4qTohF55ySReL84a93cZuHPCJzN6VmZnqgeovul2Q2NUDvu+9FLInhM61WK7QwP51EHMbzN8/bmEs" +
      "7BcKjA7z32jEwNsb6DOR9dfRl+B1+rGPc6FQZvuuuNqQb81Tso7EUbp+L8TsbrsGhQ3+xPDHWGFBlBnTZkX414myk44TMhKnjLLu6uPvYnAr8v" +
      "e2CX7UubFa2H1lO127d1DSJuuDdD+vAjDufxedxNLv38KHBRlYN7ZvP5OjfzLzTwbH6gH5ZX1+MTe3/v+w/5Z/in+tJx3G7SL85Z8UpXJMo1/r" +
      "pMLz1TWweWV9HzFwwiHSG464A=",
  },
  /** The left upper quarter of 10 bits a channel. */
  deep: {
    configuration:
      "AQQIAAAAAAAAAAAAHvAA/P36+gAADwMgAAEAF0ABDAH//wQIAAADAJ24AAADAAAeugJAIQABACpCAQEECAAAAwCduAAAAwAAHqAggQTZbqSSmu" +
      "bgQEDAgAAAAwCAAAADAIQiAAEAB0QBwXKwIkA=",
    data:
      "AAAA9SgBrwW46RswlEbsCaH+kD+USKQAr0XeoOa7dQh+4KxsP2JtNnWpbIt8eG+kQZhxTzzHq339OwE2FTb5x5lVEtQvldoYp1YPt5r+JVW4Gh" +
      "Ul/DJsOjA1brqg4GC6dmhHFMNgJi9XG8GGVYJnKeaS/aRspfBsROthYKurTINEMcdTR0YAgfUl8pvAVdCbRzrFaotRWaxFWRkD0SeEKPGtTpoo" +
      "5vYXjkN9WpliuR+PFP/TrZTeEOPkuU9raxooM8Zzvv12usCOCvYwEjalofxDLvXusUt6K3xf69YYnp7Z9Qt7/v/n7ut46eLj32X05fO7PoPwf4" +
      "Xg",
  },
  /** Grey: 64 in the left half, 255 in the right. */
  alpha: {
    configuration:
      "AQQIAAAAAAAAAAAAHvAA/Pz4+AAADwMgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAIQABACZCAQEECAAAAwCf+AAAAwAAHsCCBBZbqSSmub" +
      "AgAAADACAAAAMAISIAAQAHRAHBcrAiQA==",
    data: "AAAAGCgBrgtwdBX67/ivED8v/k5fz6K6/0x3PA==",
  },
} as const satisfies Record<string, HevcPicture>;
