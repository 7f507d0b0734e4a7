// Content digests as OCI writes them: `algorithm:hex`.
import { invalid } from '../lib/errors.ts';

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512';
export type Digest = `${DigestAlgorithm}:${string}`;

const hexLength: Record<DigestAlgorithm, number> = { sha256: 64, sha384: 96, sha512: 128 };

/** True for a well-formed digest of a known algorithm: right length, lower-case hexadecimal. */
export function isDigest(text: string): text is Digest {
  const colon = text.indexOf(':');
  const length = hexLength[text.slice(0, colon) as DigestAlgorithm];
  const hex = text.slice(colon + 1);
  return length !== undefined && hex.length === length && /^[a-f0-9]+$/.test(hex);
}

/** The text as a digest; throws `invalid` with go-digest's wording when it is none. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const [algorithm = '', hex] = text.split(':');
  if (hex === undefined) throw invalid('invalid checksum digest format');
  if (!(algorithm in hexLength)) throw invalid('unsupported digest algorithm');
  throw invalid(/^[a-f0-9]+$/.test(hex) ? 'invalid checksum digest length' : 'invalid checksum digest format');
}

/** The digest of bytes in memory. */
export function sha256(bytes: Uint8Array | string): Digest {
  return digestBy('sha256', bytes);
}

/** The digest of bytes in memory by the algorithm that somebody else chose. */
export function digestBy(algorithm: DigestAlgorithm, bytes: Uint8Array | string): Digest {
  // Loaded here: a command line starts a millisecond sooner without it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Splits a digest into its two parts. */
export function digestParts(digest: Digest): { algorithm: DigestAlgorithm; hex: string } {
  const colon = digest.indexOf(':');
  return { algorithm: digest.slice(0, colon) as DigestAlgorithm, hex: digest.slice(colon + 1) };
}

/** The first twelve hexadecimal digits, as Docker's tools print ids; takes ids with or without algorithm. */
export function shortId(id: string): string {
  return id.slice(id.indexOf(':') + 1).slice(0, 12);
}

/**
 * The chain ids of a stack of layers, bottom first (OCI image-spec, "Layer ChainID"): the name of a layer
 * together with everything below it.
 */
export function chainIds(diffIds: readonly Digest[]): Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : sha256(`${below} ${diffId}`));
  }
  return chain;
}
