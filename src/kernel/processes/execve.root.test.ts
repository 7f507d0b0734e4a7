// Becoming another program, seen from a child that does it.
import { expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';

const module = JSON.stringify(join(import.meta.dir, 'execve.ts'));

const run = (code: string) =>
  spawnSync(process.execPath, ['-e', `import { execve } from ${module};\n${code}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test('the new program has the same pid, its environment and nothing else', () => {
  const result = run(`
    const script = 'echo $$ "$1" "$GREETING" "$HOME"; grep -E "SigBlk|SigIgn" /proc/self/status; ls /proc/self/fd';
    await Bun.sleep(1);
    console.error(process.pid);
    execve(['sh', '-c', script, 'sh', 'two words'], { PATH: process.env.PATH, GREETING: 'hällo', HOME: undefined });
  `);
  const [first, ...rest] = result.stdout.trim().split('\n');
  expect(first).toBe(`${result.stderr.trim()} two words hällo `);
  const [blocked = '', ignored = ''] = rest;
  expect(blocked).toMatch(/^SigBlk:\s+0{16}$/);
  // Whoever runs the tests may ignore some that are inherited (nohup does); those that Bun ignores are not.
  const bits = BigInt(`0x${ignored.replace(/^SigIgn:\s+/, '')}`);
  for (const signal of [constants.signals.SIGPIPE, constants.signals.SIGXFSZ]) {
    expect((bits >> BigInt(signal - 1)) & 1n).toBe(0n);
  }
  // 3 is the folder that ls reads.
  expect(rest.slice(2)).toEqual(['0', '1', '2', '3']);
});

test('a program that is not there is ENOENT, and this one goes on', () => {
  const result = run(`
    for (const name of ['no-such-program-here', '/no/such', '']) {
      try { execve([name], process.env); } catch (error) { console.log(error.code); }
    }
  `);
  expect(result.stdout).toBe('ENOENT\nENOENT\nENOENT\n');
});
