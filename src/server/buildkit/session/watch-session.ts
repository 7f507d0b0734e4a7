// Clients that stopped without closing their connection: a process that was suspended, a machine that is off the net.
import type { Session } from './session.ts';

/** Milliseconds. BuildKit's: a client that is busy sending much may be slow to answer. */
export interface SessionPatience {
  /** Between an answer and the next question. */
  readonly pause: number;
  /** For an answer; two in a row that do not come are the end. */
  readonly answer: number;
}

export const sessionPatience: SessionPatience = { pause: 5_000, answer: 30_000 };

/** Asks the client from time to time whether it is there, until the session ends, and ends it when the client is not. */
export function watchSession(session: Pick<Session, 'ping' | 'close' | 'closed'>, patience: SessionPatience): void {
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  let missed = 0;
  void session.closed.then(() => {
    clearTimeout(timer);
    over.abort();
  });

  async function ask(): Promise<void> {
    const late = AbortSignal.any([over.signal, AbortSignal.timeout(patience.answer)]);
    missed = await session.ping(late).then(
      () => 0,
      () => missed + 1,
    );
    if (over.signal.aborted) return;
    if (missed > 1) session.close();
    else wait();
  }
  function wait(): void {
    timer = setTimeout(() => void ask(), patience.pause);
    timer.unref();
  }
  wait();
}
