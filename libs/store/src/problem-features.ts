import { createHash } from "node:crypto";

/** What is kept of a problem so that similar ones can be found again; none of it can be turned back into the text. */
export interface ProblemFeatures {
  /** Domain the problem was taken to be of, for example `arithmetic`. */
  readonly domain: string;
  /** Whole logarithm to base 2 of the text's length in characters plus one; 0-20. */
  readonly lengthBucket: number;
  /** 32 hexadecimal digits; equal for texts that differ only in their numbers, in case and in white space. */
  readonly templateHash: string;
  /** Whose problem it is; others learn nothing from it. Default: that of `localTenant`. */
  readonly tenant?: string;
}

/** The text with numbers blanked, in lower case, with single spaces: what problems of one template have in common. */
export function templateOf(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\p{N}+(?:[.,]\p{N}+)*/gu, "#")
    .replace(/\s+/gu, " ")
    .trim();
}

/** The features of a problem's text. */
export function featuresOf(text: string, domain: string): ProblemFeatures {
  const templateHash = createHash("sha256").update(templateOf(text)).digest("hex").slice(0, 32);
  return { domain, lengthBucket: Math.min(20, Math.floor(Math.log2(text.length + 1))), templateHash };
}
