// `docker wait`: the exit code, when the condition is met.

import type { ContainerWaitResponse } from '../../../api/types/containers.ts';
import { invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';

/**
 * `not-running` (also ''), `next-exit` or `removed`. Returns at once with a promise that never rejects but for `signal`;
 * throws not-found or `invalid` before that.
 */
export function waitContainer(
  engine: Pick<Engine, 'containers'>,
  reference: string,
  options: { condition?: string; signal: AbortSignal },
): Promise<ContainerWaitResponse> {
  const container = engine.containers.get(reference);
  const condition = options.condition || 'not-running';
  if (!['not-running', 'next-exit', 'removed'].includes(condition)) {
    throw invalid(`invalid condition: "${options.condition}"`);
  }
  if (condition === 'not-running' && !container.state.Running) {
    const { ExitCode: code, Error: message } = container.state;
    return Promise.resolve({ StatusCode: code, ...(message ? { Error: { Message: message } } : {}) });
  }
  return new Promise((resolve, reject) => {
    const forget = subscribe(container, condition, code => {
      forget();
      resolve({ StatusCode: code });
    });
    const abandon = () => {
      forget();
      reject(options.signal.reason);
    };
    if (options.signal.aborted) abandon();
    else options.signal.addEventListener('abort', abandon, { once: true });
  });
}

function subscribe(container: Container, condition: string, done: (code: number) => void): () => void {
  const offRemoval = container.onRemoved(() => done(container.state.ExitCode));
  const offExit = condition === 'removed' ? () => {} : container.onExit(status => done(status.code));
  return () => {
    offRemoval();
    offExit();
  };
}
