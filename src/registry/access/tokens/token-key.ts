// The key tokens are signed with: made once, kept in the registry's folder.
import type { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** What a token says. Times are seconds of the epoch. */
interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
}

/** Signs and verifies JSON Web Tokens with ES256 (RFC 7515). */
export class TokenKey {
  readonly #keys: CryptoKeyPair;

  private constructor(keys: CryptoKeyPair) {
    this.#keys = keys;
  }

  /** Reads the key at `path`, a JWK; makes one when there is none. */
  static async open(path: string): Promise<TokenKey> {
    if (!existsSync(path)) await create(path);
    const { kty, crv, x, y, d } = JSON.parse(readFileSync(path, 'utf8')) as { [key: string]: string };
    const point = { kty, crv, x, y } as webcrypto.JsonWebKey;
    const [privateKey, publicKey] = await Promise.all([
      crypto.subtle.importKey('jwk', { ...point, d: d ?? '' }, algorithm, false, ['sign']),
      crypto.subtle.importKey('jwk', point, algorithm, true, ['verify']),
    ]);
    return new TokenKey({ privateKey, publicKey });
  }

  /** `type` tells kinds of tokens apart: one never counts as another. */
  async sign(type: string, claims: Claims & Readonly<Record<string, unknown>>): Promise<string> {
    const text = `${encode({ typ: type, alg: 'ES256' })}.${encode(claims)}`;
    const signature = await crypto.subtle.sign(signing, this.#keys.privateKey, Buffer.from(text));
    return `${text}.${Buffer.from(signature).toString('base64url')}`;
  }

  /** What a token of that type says; undefined when it is none, not signed with this key, or not valid at `now`. */
  async verify(
    type: string,
    token: string,
    now: number,
  ): Promise<(Claims & Readonly<Record<string, unknown>>) | undefined> {
    const [head = '', body = '', signature = '', ...more] = token.split('.');
    if (more.length > 0 || signature === '') return undefined;
    const header = decode(head) as { typ?: unknown; alg?: unknown } | undefined;
    if (header?.typ !== type || header.alg !== 'ES256') return undefined;
    const bytes = Buffer.from(signature, 'base64url');
    const right = await crypto.subtle.verify(signing, this.#keys.publicKey, bytes, Buffer.from(`${head}.${body}`));
    if (!right) return undefined;
    const claims = decode(body) as Claims & Readonly<Record<string, unknown>>;
    return claims.nbf <= now / 1000 + 60 && claims.exp > now / 1000 ? claims : undefined;
  }
}

async function create(path: string): Promise<void> {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const jwk = await crypto.subtle.exportKey('jwk', privateKey);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(jwk), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
