// What a sign-in remembers of registries, and what it does when that has become false.

import { expect, test } from 'bun:test';
import { BerthError, errorMessage } from '../../lib/errors.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Answer, Transport } from '../transport/transport.ts';
import type { Challenge } from './challenge.ts';
import { SignIn } from './sign-in.ts';

const endpoint: Endpoint = { base: 'http://registry', domain: 'registry', mirror: false, insecure: true };
const access = (scope: string) => ({ endpoint, credentials: undefined, scopes: [scope] });
const bearer = (realm: string): Challenge[] => [{ scheme: 'bearer', parameters: { realm } }];

/** Token servers by host: what they answer, or that they are gone. */
function signIn(servers: Record<string, { status: number; body: object }>): SignIn {
  const send = async ({ url }: { url: URL }): Promise<Answer> => {
    const server = servers[url.host];
    if (!server) throw new BerthError('unavailable', `dial ${url.host}: connection refused`);
    const buffer = async () => Buffer.from(JSON.stringify(server.body));
    return { status: server.status, headers: {}, buffer } as unknown as Answer;
  };
  return new SignIn({ send } as unknown as Transport);
}

test('a registry that has another token server by now is asked again what it wants', async () => {
  const servers: Parameters<typeof signIn>[0] = { old: { status: 200, body: { token: 'a' } } };
  const own = signIn(servers);
  const renew = (realm: string, scope: string) => own.renew(bearer(realm), access(scope), { used: undefined });
  expect(await renew('http://old/', 'one')).toBe('Bearer a');
  expect(await own.authorization(access('two'))).toBe('Bearer a');
  delete servers.old;
  servers.new = { status: 200, body: { token: 'b' } };
  expect(await own.authorization(access('three'))).toBeUndefined();
  expect(await renew('http://new/', 'three')).toBe('Bearer b');
  expect(await own.authorization(access('three'))).toBe('Bearer b');
});

test('what a token server has against somebody is said at once', async () => {
  const servers: Parameters<typeof signIn>[0] = { own: { status: 200, body: { token: 'a' } } };
  const own = signIn(servers);
  await own.renew(bearer('http://own/'), access('one'), { used: undefined });
  servers.own = { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: 'no' }] } };
  const refused = await own.authorization(access('two')).catch(errorMessage);
  expect(refused).toBe('unauthorized: no');
});

test('of very many registries the one that was heard of longest ago is asked again what it wants', async () => {
  const own = signIn({ token: { status: 200, body: { token: 'a' } } });
  const at = (host: string) => ({ ...access('one'), endpoint: { ...endpoint, base: `http://${host}` } });
  for (let number = 0; number <= 1000; number++) {
    await own.renew(bearer('http://token/'), at(`r${number}`), { used: undefined });
  }
  expect(await own.authorization(at('r0'))).toBeUndefined();
  expect(await own.authorization(at('r1'))).toBe('Bearer a');
});
