// Where help goes: who asks for it reads it from standard output, who has made a mistake sees it on standard error.

import { expect, test } from 'bun:test';
import { runCli } from './run-cli.ts';
import { fakeIo } from './testing/fake-io.ts';

async function said(line: string): Promise<{ code: number; out: boolean; err: boolean }> {
  const io = fakeIo({ environment: { DOCKER_CONFIG: '/nonexistent/berth-test' } });
  const code = await runCli(line.split(' ').filter(Boolean), io);
  return { code, out: io.out().includes('Usage:'), err: io.err().includes('Usage:') };
}

for (const line of ['--help', '-h', 'help', 'container --help', 'run --help', 'help run']) {
  test(`${line} is printed`, async () => expect(await said(line)).toEqual({ code: 0, out: true, err: false }));
}

for (const line of ['', 'container']) {
  test(`'${line}' names no command`, async () => expect(await said(line)).toEqual({ code: 0, out: false, err: true }));
}
