// Requests to one endpoint of a registry: signed in, sent again when it makes sense, redirected.
import { BerthError, errorKind } from '../../lib/errors.ts';
import type { Headers } from '../../lib/http/head.ts';
import type { Credentials } from '../credentials.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { RegistryError } from '../registry-error.ts';
import { parseChallenges } from '../sign-in/challenge.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import type { Answer, Call, Transport } from '../transport/transport.ts';
import { describeCall, TransportError } from '../transport/transport-error.ts';
import { answerError } from './answer-error.ts';
import { backOff, pause } from './back-off.ts';
import { warningTexts } from './warning-header.ts';

/** A request below an endpoint. `path` begins with a slash; a URL the registry gave is taken as it is. */
interface RegistryCall extends Pick<Call, 'body' | 'length' | 'signal'> {
  readonly method: string;
  readonly path: string | URL;
  readonly headers?: Headers;
  /** Statuses that are no errors. */
  readonly accept: readonly number[];
  /** Must not be sent twice: what it does is not known after a broken connection. */
  readonly once?: boolean;
}

export interface RegistryClientOptions {
  endpoint: Endpoint;
  credentials: Credentials | undefined;
  /** What tokens are asked for. */
  scopes: readonly string[];
  /** How often a request is sent in all; 1: never again. */
  attempts: number;
  /**
   * There is another place to ask: until this one has answered, it has so many milliseconds for it, and what breaks is
   * not tried again. Undefined where there is none.
   */
  patience?: number | undefined;
  /** Hears what the registry warns of, as often as it does. */
  onWarning?: ((text: string) => void) | undefined;
}

const mostRedirects = 10;
const passing = [408, 429, 500, 502, 503, 504];

export class RegistryClient {
  readonly endpoint: Endpoint;
  readonly #options: RegistryClientOptions;
  readonly #deps: { transport: Transport; signIn: SignIn };
  #answered = false;

  constructor(options: RegistryClientOptions, deps: { transport: Transport; signIn: SignIn }) {
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * Sends a request until it is accepted. Throws `RegistryError`, TransportError, `cancelled`, or what signing in
   * throws. The caller reads the body or closes it.
   */
  async call(call: RegistryCall): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#signedIn(call);
        this.#answered = true;
        for (const text of warningTexts(answer.headers.warning)) this.#options.onWarning?.(text);
        if (call.accept.includes(answer.status)) return answer;
        const patience = !call.once && attempt < this.#options.attempts && passing.includes(answer.status);
        const wait = patience ? backOff(attempt, answer.headers['retry-after']) : undefined;
        const error = await answerError(answer);
        if (wait === undefined) throw call.method === 'HEAD' ? await this.#reason(call, error) : error;
        await pause(wait, call.signal);
      } catch (error) {
        const hopeless = !this.#answered && this.#options.patience !== undefined;
        const again = error instanceof TransportError && !error.unreachable && !call.once && !hopeless;
        if (!again || attempt >= this.#options.attempts) throw error;
        await pause(backOff(attempt, undefined) as number, call.signal);
      }
    }
  }

  /** Waits as after a failed attempt, not at all after number 0; returns false when there were enough of them. */
  async waitForNext(attempt: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (attempt >= this.#options.attempts) return false;
    if (attempt === 0) return true;
    await pause(backOff(attempt, undefined) as number, signal);
    return true;
  }

  /** What is answered to a HEAD has no words; to a GET a registry says why it refuses. */
  async #reason(call: RegistryCall, refusal: RegistryError): Promise<RegistryError> {
    if (refusal.status < 400 || refusal.status >= 500 || refusal.status === 404) return refusal;
    try {
      const answer = await this.#signedIn({ ...call, method: 'GET' });
      if (answer.status === refusal.status) return await answerError(answer);
      answer.close();
    } catch (error) {
      if (errorKind(error) === 'cancelled') throw error;
    }
    return refusal;
  }

  async #signedIn(call: RegistryCall): Promise<Answer> {
    const { signIn } = this.#deps;
    const access = { endpoint: this.endpoint, credentials: this.#options.credentials, scopes: this.#options.scopes };
    let used = await this.#explained(call, () => signIn.authorization(access, call.signal));
    // The first 401 says what is wanted, a second that a token has expired.
    for (let round = 0; ; round++) {
      const answer = await this.#redirected(call, used);
      if (answer.status !== 401 || round === 2) return answer;
      const challenges = parseChallenges(answer.headers['www-authenticate']);
      const renewing = () => signIn.renew(challenges, access, { used, signal: call.signal });
      const renewed = await this.#explained(call, renewing).catch(error => {
        answer.close();
        throw error;
      });
      if (renewed === undefined) return answer;
      await discard(answer);
      used = renewed;
    }
  }

  /** What signing in throws says, as with Go's client, what it was wanted for; bare it is the cause. */
  async #explained<T>(call: RegistryCall, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BerthError) || error instanceof TransportError || error.kind === 'cancelled') throw error;
      throw new BerthError(error.kind, describeCall(call.method, this.#url(call), error.message), { cause: error });
    }
  }

  #url({ path }: RegistryCall): URL {
    return typeof path === 'string' ? new URL(this.endpoint.base + path) : path;
  }

  async #redirected(call: RegistryCall, authorization: string | undefined): Promise<Answer> {
    const { endpoint } = this;
    const origin = new URL(endpoint.base).origin;
    let url = this.#url(call);
    for (let redirects = 0; ; redirects++) {
      const headers = {
        ...call.headers,
        // Storage elsewhere has signed URLs, and no business with our password.
        ...(authorization !== undefined && url.origin === origin ? { Authorization: authorization } : {}),
      };
      const { method, body, length, signal } = call;
      const answer = await this.#deps.transport.send({
        method,
        url,
        headers,
        body,
        length,
        insecure: endpoint.insecure,
        signal,
        patience: this.#answered ? undefined : this.#options.patience,
      });
      const location = answer.headers.location;
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
      if (redirects === mostRedirects) {
        answer.close();
        throw new TransportError({ method, url }, new Error(`stopped after ${mostRedirects} redirects`));
      }
      await discard(answer);
      url = new URL(location, url);
    }
  }
}

/** Reads what little there is, so that the connection serves the next request. */
export async function discard(answer: Answer): Promise<void> {
  try {
    await answer.buffer(64 * 1024);
  } catch (error) {
    if (errorKind(error) === 'cancelled') throw error;
  }
}
