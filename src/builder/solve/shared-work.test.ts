import { expect, test } from 'bun:test';
import { SharedWork, type WorkNews } from './shared-work.ts';

const news = (text: string): WorkNews => ({
  kind: 'log',
  vertex: 'sha256:00',
  stream: 'stdout',
  data: Buffer.from(text),
  at: new Date(0),
  run: '',
});

/** Work that ends when it is told to, or when nobody wants it. */
function controlled() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const state = { starts: 0, aborted: false };
  let tell: (item: WorkNews) => void = () => {};
  const start = (signal: AbortSignal, say: (item: WorkNews) => void) => {
    state.starts++;
    tell = say;
    return new Promise<string>((done, fail) => {
      signal.addEventListener('abort', () => {
        state.aborted = true;
        fail(new Error('ended'));
      });
      void promise.then(done);
    });
  };
  return { start, state, finish: resolve, tell: (text: string) => tell(news(text)) };
}

test('who joins later hears everything and gets the same result', async () => {
  const shared = new SharedWork<string>();
  const work = controlled();
  const heard: string[] = [];
  const listen = (item: WorkNews) => void (item.kind === 'log' && heard.push(Buffer.from(item.data).toString()));
  const { signal } = new AbortController();
  const keepUntil = () => Promise.resolve();
  const first = shared.join('k', { signal, listen: () => {}, start: work.start, keepUntil });
  work.tell('one');
  const second = shared.join('k', { signal, listen, start: work.start, keepUntil });
  work.tell('two');
  work.finish('done');
  expect([await first.result, await second.result]).toEqual(['done', 'done']);
  expect([first.shared, second.shared, work.state.starts]).toEqual([false, true, 1]);
  expect(heard).toEqual(['one', 'two']);
});

test('it goes on while anybody wants it, and ends with the last', async () => {
  const shared = new SharedWork<string>();
  const work = controlled();
  const [a, b] = [new AbortController(), new AbortController()];
  const join = ({ signal }: AbortController) =>
    shared.join('k', { signal, listen: () => {}, start: work.start, keepUntil: () => Promise.resolve() }).result;
  const [first, second] = [join(a), join(b)];
  a.abort(new Error('left'));
  expect(await first.catch((error: Error) => error.message)).toBe('left');
  expect(work.state.aborted).toBe(false);
  b.abort(new Error('left, too'));
  expect(await second.catch((error: Error) => error.message)).toBe('left, too');
  expect(work.state.aborted).toBe(true);
});
