// `X-Registry-Auth`: who the client is to a registry.

import type { AuthConfig } from '../../../api/types/common.ts';
import type { Credentials } from '../../../distribution/index.ts';

/** Undefined for a header that is missing, empty or cannot be read: as Docker, that is asking as nobody. */
export function decodeRegistryAuth(header: string | undefined): Credentials | undefined {
  if (!header) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? credentialsOf(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when it names neither user nor token. */
export function credentialsOf(auth: AuthConfig): Credentials | undefined {
  const text = (key: keyof AuthConfig) => (typeof auth[key] === 'string' && auth[key] !== '' ? auth[key] : undefined);
  const [user, secret] = splitAuth(text('auth'));
  const username = text('username') ?? user;
  const password = text('password') ?? secret;
  const identityToken = text('identitytoken');
  const registryToken = text('registrytoken');
  if (username === undefined && identityToken === undefined && registryToken === undefined) return undefined;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(identityToken === undefined ? {} : { identityToken }),
    ...(registryToken === undefined ? {} : { registryToken }),
  };
}

/** `auth` is base64 of `user:password`, as in config.json. */
function splitAuth(auth: string | undefined): [user: string | undefined, password: string | undefined] {
  const text = auth === undefined ? '' : Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon > 0 ? [text.slice(0, colon), text.slice(colon + 1)] : [undefined, undefined];
}
