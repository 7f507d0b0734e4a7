// Exit files are noticed, whenever they come.

import { describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Exits } from './exits.ts';

/** As conmon does it: under another name first. */
function writeExit(exits: Exits, id: string, code: number): void {
  const path = join(exits.directory, id);
  writeFileSync(`${path}.X1Y2Z3`, String(code));
  renameSync(`${path}.X1Y2Z3`, path);
}

describe('exits', () => {
  test('before and after the wait began, to everyone who waits, and not after forgetting', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'berth-exits-'));
    const exits = new Exits(join(directory, 'exits'));
    try {
      const waits = [exits.wait('a'), exits.wait('a')];
      expect(exits.read('a')).toBeUndefined();
      writeExit(exits, 'a', 3);
      expect((await Promise.all(waits)).map(exit => exit.code)).toEqual([3, 3]);
      writeExit(exits, 'b', 137);
      expect((await exits.wait('b')).code).toBe(137);
      const unseen = exits.wait('c');
      exits.settle('c', { code: 255, at: new Date(0) });
      expect(await unseen).toEqual({ code: 255, at: new Date(0) });
      exits.forget('a');
      exits.forget('a');
      expect([exits.read('a'), existsSync(join(exits.directory, 'b'))]).toEqual([undefined, true]);
    } finally {
      exits.close();
      rmSync(directory, { recursive: true });
    }
  });
});
