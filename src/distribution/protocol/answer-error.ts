// The error a registry's answer means, worded as the distribution project's client does.
import { errorMessage } from '../../lib/errors.ts';
import { reasonPhrase } from '../../lib/http/status.ts';
import { describeProblem, RegistryError, type RegistryProblem } from '../registry-error.ts';
import { parseChallenges } from '../sign-in/challenge.ts';
import type { Answer } from '../transport/transport.ts';

const largestBody = 64 * 1024;

/** Reads the body, so that the connection can be used again. Throws TransportError when that fails. */
export async function answerError(answer: Answer): Promise<RegistryError> {
  const { status } = answer;
  const body = (await answer.buffer(largestBody)).toString('utf8');
  const problems = [...challengeProblems(answer), ...readProblems(status, body)];
  const message = problems.length > 0 ? describe(problems) : describeStatus(status, body);
  return new RegistryError({ status, problems }, message);
}

function describe(problems: readonly RegistryProblem[]): string {
  const texts = [...new Set(problems.map(describeProblem))];
  return texts.length === 1 ? (texts[0] as string) : `errors:\n${texts.join('\n')}\n`;
}

/** A token that does not reach says so in the challenge. */
function challengeProblems({ status, headers }: Answer): RegistryProblem[] {
  if (status !== 401) return [];
  return parseChallenges(headers['www-authenticate']).flatMap(({ parameters }) => {
    const message = parameters.error_description;
    if (parameters.error === 'insufficient_scope') {
      return [{ code: 'DENIED', message: message ?? 'requested access to the resource is denied' }];
    }
    return parameters.error === 'invalid_token'
      ? [{ code: 'UNAUTHORIZED', message: message ?? 'authentication required' }]
      : [];
  });
}

function readProblems(status: number, body: string): RegistryProblem[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return status === 401 ? byStatus(status, undefined) : [];
  const { errors, details } = withSmallKeys(parsed);
  const said = typeof details === 'string' ? details : undefined;
  if (!Array.isArray(errors) || errors.length === 0) return byStatus(status, said);
  return errors.flatMap(entry => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { code, message, detail } = withSmallKeys(entry);
    if (typeof code !== 'string') return [];
    return [
      {
        code,
        message: typeof message === 'string' && message !== '' ? message : code.toLowerCase().replaceAll('_', ' '),
        detail,
      },
    ];
  });
}

/** Servers that Docker's clients get on with write keys in any case. */
function withSmallKeys(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), member]));
}

/** Token servers and older registries say what is wrong by the status alone. */
function byStatus(status: number, details: string | undefined): RegistryProblem[] {
  switch (status) {
    case 401:
      return [{ code: 'UNAUTHORIZED', message: details ?? 'authentication required' }];
    case 403:
      return [{ code: 'DENIED', message: details ?? 'requested access to the resource is denied' }];
    case 429:
      return [{ code: 'TOOMANYREQUESTS', message: details ?? 'too many requests' }];
    default:
      return [];
  }
}

function describeStatus(status: number, body: string): string {
  const line = `${status} ${reasonPhrase(status)}`;
  if (status >= 400 && status < 500 && body !== '') {
    return `error parsing HTTP ${status} response body: ${why(body)}: ${JSON.stringify(body)}`;
  }
  return `received unexpected HTTP status: ${line}`;
}

function why(body: string): string {
  try {
    JSON.parse(body);
    return 'no error details found in HTTP response body';
  } catch (error) {
    return errorMessage(error);
  }
}
