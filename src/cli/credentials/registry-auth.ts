// Credentials as the Engine API takes them: headers with base64url of JSON.

import type { AuthConfig } from '../../api/types/common.ts';
import type { Context } from '../context.ts';
import { CredentialStore } from './credential-store.ts';
import { credentialKey } from './registry-key.ts';

/** The store of the user who runs the command. */
export function openCredentials(context: Pick<Context, 'io' | 'options'>): CredentialStore {
  return new CredentialStore(context.io, context.options);
}

/** What the user has for the registry of a domain; a store that fails counts as empty, as Docker has it. */
export async function findAuth(context: Pick<Context, 'io' | 'options'>, domain: string): Promise<AuthConfig> {
  try {
    return await openCredentials(context).get(credentialKey(domain));
  } catch {
    return {};
  }
}

/** The header that carries `auth`. */
export function registryAuthHeader(auth: AuthConfig): Record<string, string> {
  return { 'X-Registry-Auth': encode(auth) };
}

function encode(value: object): string {
  // Docker's own client pads, and some daemons insist.
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}
