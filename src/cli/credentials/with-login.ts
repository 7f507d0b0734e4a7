// Calls that reach a registry: with what the user has, and once more with what the user types when that does not do.

import { errorKind } from '../../lib/errors.ts';
import type { Context } from '../context.ts';
import { promptCredentials } from './prompt-credentials.ts';
import { findAuth, registryAuthHeader } from './registry-auth.ts';
import { credentialKey } from './registry-key.ts';

/**
 * Calls the daemon with the credentials for the registry of `domain`. When that is refused and there is somebody at a
 * terminal, asks for others first; `verb` says what for.
 */
export async function withLogin<T>(
  context: Context,
  { domain, verb }: { domain: string; verb: string },
  call: (headers: Record<string, string>) => Promise<T>,
): Promise<T> {
  const auth = await findAuth(context, domain);
  try {
    return await call(registryAuthHeader(auth));
  } catch (error) {
    if (!['unauthorized', 'forbidden'].includes(errorKind(error)) || !context.io.stdin.isTerminal) throw error;
  }
  await context.print(`\nLogin prior to ${verb}:\n`);
  const typed = await promptCredentials(context, {
    username: '',
    password: '',
    defaultUsername: auth.username ?? '',
    server: credentialKey(domain),
  });
  return await call(registryAuthHeader(typed));
}
