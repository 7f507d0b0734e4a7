import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createTestEngine, outcome, type TestEngine } from '../../testing/test-engine.ts';
import { listProcesses, parsePs } from './top.ts';

const output = `UID   PID CMD
root    7 sleep 2000   now
root    8 sleep 3

root   12 ps -ef
`;

describe('the output of ps', () => {
  test('is cut down to the processes of the container, the command line in one piece', () => {
    expect(parsePs(output, new Set([7, 12]))).toEqual({
      Titles: ['UID', 'PID', 'CMD'],
      Processes: [
        ['root', '7', 'sleep 2000 now'],
        ['root', '12', 'ps -ef'],
      ],
    });
  });

  test('may have lines of threads, which go with their process', () => {
    const threads = 'PID LWP\n7 -\n- 7\n- 71\n8 -\n- 8\n';
    expect(parsePs(threads, new Set([7])).Processes).toEqual([
      ['7', '-'],
      ['-', '7'],
      ['-', '71'],
    ]);
  });

  test('must have a column of pids', () => {
    expect(() => parsePs('COMMAND\nsleep\n', new Set([7]))).toThrow("Couldn't find PID field in ps output");
    expect(() => parsePs('PID\nx7\n', new Set([7]))).toThrow("Unexpected pid 'x7'");
  });
});

describe('asking ps', () => {
  let own: TestEngine;
  let asked: string[][];
  let id: string;

  beforeEach(async () => {
    own = await createTestEngine();
    id = (await own.run()).container.id;
    asked = [];
    own.engine.runtime.processes = () => [7, 8];
    own.engine.host.ps = async args => {
      asked.push(args);
      return args.includes('f') && args.some(word => word.startsWith('-q'))
        ? { code: 1, output: '', errors: 'conflicting options\nusage' }
        : { code: args.includes('bad') ? 1 : 0, output, errors: 'error: bad\nmore' };
    };
  });
  afterEach(() => own.close());

  test('only of the processes inside, and telling so', async () => {
    expect((await listProcesses(own.engine, id, undefined)).Processes).toHaveLength(2);
    expect(asked).toEqual([['-ef', '-q7,8']]);
    expect(own.events()).toContain('container top');
  });

  test('of all where the options do not go with a choice', async () => {
    expect((await listProcesses(own.engine, id, 'f -e')).Processes).toHaveLength(2);
    expect(asked).toEqual([
      ['f', '-e', '-q7,8'],
      ['f', '-e'],
    ]);
  });

  test('fails with its complaint, for a hidden pid, and for a container that does not run', async () => {
    expect(await outcome(() => listProcesses(own.engine, id, 'bad'))).toBe('system: ps: error: bad');
    expect(await outcome(() => listProcesses(own.engine, id, '-o pid=PIDX'))).toBe(
      'invalid: specifying "pid=PIDX" is not allowed',
    );
    const created = await own.create();
    expect(await outcome(() => listProcesses(own.engine, created.id, ''))).toBe(
      `conflict: container ${created.id} is not running`,
    );
    expect(await outcome(() => listProcesses(own.engine, 'nope', ''))).toBe('not-found: No such container: nope');
  });
});
