// Proving who one is to a registry.

import { BerthError } from '../../lib/errors.ts';
import { reasonPhrase } from '../../lib/http/status.ts';
import type { Credentials } from '../credentials.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { CallOptions } from '../repository.ts';
import { parseChallenges } from '../sign-in/challenge.ts';
import { basic, fetchToken } from '../sign-in/token-server.ts';
import type { Transport } from '../transport/transport.ts';
import { answerError } from './answer-error.ts';
import { discard } from './registry-client.ts';

/**
 * Asks the endpoint for its version with the credentials, as `docker login` does. Returns the identity token, where the
 * token server gives one. Throws `unauthorized`, TransportError.
 */
export async function logIn(
  transport: Transport,
  endpoint: Endpoint,
  credentials: Credentials,
  { signal }: CallOptions,
): Promise<string | undefined> {
  const url = new URL(`${endpoint.base}/v2/`);
  const call = { method: 'GET', url, insecure: endpoint.insecure, signal };
  const first = await transport.send(call);
  if (first.status !== 401) {
    if (first.status !== 200) throw await refusal(first.status, url, () => answerError(first));
    await discard(first);
    return undefined;
  }
  const challenges = parseChallenges(first.headers['www-authenticate']);
  await discard(first);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  const token = bearer && (await tokenFor(bearer.parameters));
  const authorization = token ? `Bearer ${token.value}` : basic(credentials.username ?? '', credentials.password ?? '');
  const second = await transport.send({ ...call, headers: { Authorization: authorization } });
  if (second.status !== 200) throw await refusal(second.status, url, () => answerError(second));
  await discard(second);
  return token?.identityToken;

  async function tokenFor({ realm = '', service }: Readonly<Record<string, string>>) {
    const wanted = { realm, service, scopes: [], offline: true, insecure: endpoint.insecure };
    try {
      return await fetchToken(transport, { ...wanted, credentials, signal });
    } catch (error) {
      if (!(error instanceof BerthError) || error.kind !== 'unauthorized') throw error;
      throw new BerthError('unauthorized', `Get "${url}": ${error.message}`, { cause: error });
    }
  }
}

async function refusal(status: number, url: URL, read: () => Promise<Error>): Promise<BerthError> {
  const cause = await read();
  const kind = status === 401 || status === 403 ? 'unauthorized' : 'unavailable';
  return new BerthError(kind, `login attempt to ${url} failed with status: ${status} ${reasonPhrase(status)}`, {
    cause,
  });
}
