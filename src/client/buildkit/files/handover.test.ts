// Files are handed over where somebody takes them; what has taken the place of a file is not.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOk } from '../../../../test/support/run.ts';
import { Handover } from './handover.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-handover-'));
  writeFileSync(join(folder, 'file'), 'its bytes');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a receiver that takes everything gets: each message with the bytes of its file. */
function receiver() {
  const got: string[] = [];
  const state = { opened: [] as string[], closed: 0 };
  const open = async (socket: string) => {
    state.opened.push(socket);
    return {
      send(message: Buffer, descriptor: number) {
        const bytes = Buffer.alloc(100);
        got.push(`${message}: ${bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, 100, 0))}`);
        return true;
      },
      [Symbol.dispose]: () => void state.closed++,
    };
  };
  return { got, state, open };
}

test('files are sent open, by one sender that is opened when it is needed', async () => {
  const { got, state, open } = receiver();
  {
    using handover = new Handover('ab12 cd34', open);
    expect(state.opened).toEqual([]);
    const handed = await Promise.all([1, 2].map(id => handover.hand(id, join(folder, 'file'))));
    expect(handed).toEqual([true, true]);
  }
  expect(got).toEqual(['cd34 1: its bytes', 'cd34 2: its bytes']);
  expect(state).toEqual({ opened: ['ab12'], closed: 1 });
});

test('a link, a pipe or nothing is not handed over, and nothing to nobody', async () => {
  symlinkSync('file', join(folder, 'link'));
  await runOk(['mkfifo', join(folder, 'pipe')]);
  const { got, open } = receiver();
  using handover = new Handover('ab12 cd34', open);
  for (const name of ['link', 'none']) expect(await handover.hand(1, join(folder, name))).toBe(false);
  // Nobody writes to it: its opening must not wait for one. Whoever receives it sees that it is no file.
  using other = new Handover('ab12 cd34', async () => ({ send: () => true, [Symbol.dispose]: () => {} }));
  expect(await other.hand(1, join(folder, 'pipe'))).toBe(true);
  expect(got).toEqual([]);
  using alone = new Handover('ab12 cd34', async () => undefined);
  expect(await alone.hand(1, join(folder, 'file'))).toBe(false);
  using misled = new Handover('/run/some.sock', open);
  expect(await misled.hand(1, join(folder, 'file'))).toBe(false);
});
