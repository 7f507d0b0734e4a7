// `docker login`: whether a registry believes somebody.

import type { AuthConfig } from '../../api/types/common.ts';
import type { SystemAuthResponse } from '../../api/types/system.ts';
import { errorKind } from '../../lib/errors.ts';
import type { Engine } from '../engine.ts';
import { asDockerFails } from '../images/transfer/pull.ts';
import { credentialsOf } from '../images/transfer/registry-auth.ts';

/** Throws `unauthorized` when the registry does not, and what else keeps it from answering. */
export async function authenticate(
  engine: Pick<Engine, 'registries'>,
  auth: AuthConfig,
  signal: AbortSignal,
): Promise<SystemAuthResponse> {
  const credentials = credentialsOf(auth) ?? {};
  const server = auth.serveraddress ?? '';
  const { identityToken } = await engine.registries.login(server, credentials, { signal }).catch((error: unknown) => {
    throw errorKind(error) === 'unauthorized' ? error : asDockerFails(error);
  });
  return { Status: 'Login Succeeded', IdentityToken: identityToken ?? '' };
}
