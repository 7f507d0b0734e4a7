// Work that several builds want at once and that is done once: it ends when nobody wants it any more.
import type { BuildEvent } from '../progress.ts';

/** What the work says on its way: to everybody, from the beginning. */
export type WorkNews = BuildEvent & { kind: 'log' | 'status' };

interface Work<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  readonly news: WorkNews[];
  readonly listeners: Set<(news: WorkNews) => void>;
}

/** By key. A failure is everybody's; what is over is forgotten when `keepUntil` says so. */
export class SharedWork<T> {
  readonly #works = new Map<string, Work<T>>();

  /**
   * Joins the work of that key or starts it. `shared` tells that it was under way already. The work's own signal fires
   * when all who joined have left; whoever leaves hears of it as the rejection of their own signal.
   */
  join(
    key: string,
    o: {
      signal: AbortSignal;
      listen: (news: WorkNews) => void;
      start: (signal: AbortSignal, tell: (news: WorkNews) => void) => Promise<T>;
      /** Until when those who come later get this result. */
      keepUntil: (result: T) => Promise<unknown>;
    },
  ): { result: Promise<T>; shared: boolean } {
    const known = this.#works.get(key);
    const work = known ?? this.#start(key, o);
    for (const news of work.news) o.listen(news);
    work.listeners.add(o.listen);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let left = false;
    const leave = () => {
      left = true;
      this.#leave(work, o.listen);
      // The work itself ends first, so that nothing of it is left when its builds are over.
      const cancelled = () => reject(o.signal.reason);
      if (work.listeners.size > 0) cancelled();
      else work.result.then(cancelled, cancelled);
    };
    if (o.signal.aborted) leave();
    else o.signal.addEventListener('abort', leave, { once: true });
    const settle = (act: () => void) => {
      o.signal.removeEventListener('abort', leave);
      if (!left) act();
    };
    work.result.then(
      value => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
    return { result: promise, shared: known !== undefined };
  }

  #start(
    key: string,
    o: {
      start: (signal: AbortSignal, tell: (news: WorkNews) => void) => Promise<T>;
      keepUntil: (result: T) => Promise<unknown>;
    },
  ): Work<T> {
    const abort = new AbortController();
    const news: WorkNews[] = [];
    const listeners = new Set<(news: WorkNews) => void>();
    const tell = (item: WorkNews) => {
      news.push(item);
      for (const listen of listeners) listen(item);
    };
    const result = o.start(abort.signal, tell);
    const work: Work<T> = { result, abort, news, listeners };
    this.#works.set(key, work);
    const forget = () => {
      if (this.#works.get(key) === work) this.#works.delete(key);
    };
    result.then(value => o.keepUntil(value)).then(forget, forget);
    return work;
  }

  #leave(work: Work<T>, listen: (news: WorkNews) => void): void {
    work.listeners.delete(listen);
    if (work.listeners.size > 0) return;
    work.abort.abort();
    // Who comes now must not get what is being ended.
    for (const [key, other] of this.#works) if (other === work) this.#works.delete(key);
  }
}
