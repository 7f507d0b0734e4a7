// `docker login`: whether a registry believes somebody.

import type { AuthConfig } from '../../api/types/common.ts';
import type { SystemAuthResponse } from '../../api/types/system.ts';
import type { Engine } from '../engine.ts';
import { credentialsOf } from '../images/transfer/registry-auth.ts';

/** Throws `unauthorized` when the registry does not, and what else keeps it from answering. */
export async function authenticate(
  engine: Pick<Engine, 'registries'>,
  auth: AuthConfig,
  signal: AbortSignal,
): Promise<SystemAuthResponse> {
  const { identityToken } = await engine.registries.login(auth.serveraddress ?? '', credentialsOf(auth) ?? {}, {
    signal,
  });
  return { Status: 'Login Succeeded', IdentityToken: identityToken ?? '' };
}
