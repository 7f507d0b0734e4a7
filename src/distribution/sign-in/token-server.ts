// Asking a token server: the distribution project's token protocol, and its OAuth2 form for identity tokens.
import { BerthError, errorMessage, invalid } from '../../lib/errors.ts';
import type { Headers } from '../../lib/http/head.ts';
import { parseJson } from '../../oci/manifest.ts';
import type { Credentials } from '../credentials.ts';
import { answerError } from '../protocol/answer-error.ts';
import type { Answer, Transport } from '../transport/transport.ts';

/** A bearer token and when to get a new one (milliseconds since the epoch), which is before it expires. */
export interface Token {
  readonly value: string;
  readonly renewal: number;
  /** In exchange for the password, where it was asked for. */
  readonly identityToken: string | undefined;
}

interface TokenRequest {
  /** The token server's URL. */
  readonly realm: string;
  readonly service: string | undefined;
  /** As `repository:library/nginx:pull`. */
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  /** An identity token is wanted too (`docker login`). */
  readonly offline?: boolean;
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
}

const clientId = 'docker';
const largestAnswer = 1024 * 1024;
/** What the specification says of a token that says nothing. */
const defaultLife = 60;
/** The part of its life a token is used for. */
const renewed = 0.9;

/** Throws `RegistryError` when the server refuses, `unavailable` when it cannot be asked, `invalid` for nonsense. */
export async function fetchToken(transport: Transport, request: TokenRequest): Promise<Token> {
  const answer = await (request.credentials?.identityToken ? byOauth(transport, request) : byGet(transport, request));
  if (answer.status !== 200) throw await answerError(answer);
  return readToken(parseJson(await answer.buffer(largestAnswer), 'token'));
}

function byGet(transport: Transport, request: TokenRequest): Promise<Answer> {
  const { credentials, service, scopes, offline, insecure, signal } = request;
  const url = realmUrl(request.realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (offline) {
    url.searchParams.set('offline_token', 'true');
    url.searchParams.set('client_id', clientId);
  }
  const { username, password = '' } = credentials ?? {};
  if (username) url.searchParams.set('account', username);
  const headers: Headers = username ? { Authorization: basic(username, password) } : {};
  return transport.send({ method: 'GET', url, headers, insecure, signal });
}

function byOauth(transport: Transport, request: TokenRequest): Promise<Answer> {
  const { credentials, service, scopes, offline, insecure, signal } = request;
  const form = new URLSearchParams({
    ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    ...(service === undefined ? {} : { service }),
    client_id: clientId,
    grant_type: 'refresh_token',
    refresh_token: credentials?.identityToken ?? '',
    ...(offline ? { access_type: 'offline' } : {}),
  });
  return transport.send({
    method: 'POST',
    url: realmUrl(request.realm),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    ...{ insecure, signal },
  });
}

function readToken(value: unknown): Token {
  const answer = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const token = [answer.token, answer.access_token].find(text => typeof text === 'string' && text !== '');
  if (typeof token !== 'string')
    throw new BerthError('unavailable', 'authorization server did not include a token in the response');
  const said = answer.expires_in;
  const life = (typeof said === 'number' && said > 0 ? said : defaultLife) * 1000;
  const issued = typeof answer.issued_at === 'string' ? Date.parse(answer.issued_at) : Number.NaN;
  // A server whose clock is behind ours would seem to give tokens that are old already.
  const age = Date.now() - issued;
  const start = age > 0 && age < life ? issued : Date.now();
  const identityToken = typeof answer.refresh_token === 'string' ? answer.refresh_token : undefined;
  return { value: token, renewal: start + life * renewed, identityToken };
}

/** The value of `Authorization` for a user and a password. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function realmUrl(realm: string): URL {
  try {
    return new URL(realm);
  } catch (error) {
    throw invalid(`invalid token auth challenge realm: ${errorMessage(error)}`, error);
  }
}
