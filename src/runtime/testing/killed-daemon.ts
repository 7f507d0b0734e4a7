// A program that plays the daemon of a test: it creates and starts a container, and a process in it if asked to, says so, and waits to be killed.

import { createKernel } from '../../kernel/index.ts';
import { silentLogger } from '../../lib/logger.ts';
import { type CreateOptions, Runtime } from '../runtime.ts';

const [execRoot, options, execArgs] = JSON.parse(process.argv[2] ?? '[]') as [string, CreateOptions, string[]?];
const runtime = new Runtime(
  { execRoot, runtimes: { crun: { path: '/usr/bin/crun' } }, defaultRuntime: 'crun' },
  { kernel: createKernel(), logger: silentLogger },
);
const container = await runtime.create(options);
await container.start();
if (execArgs) {
  const exec = await runtime.exec({
    ...{ containerId: options.id, execId: 'e1', tty: false, stdin: false },
    process: { ...options.spec.process, args: execArgs },
  });
  await exec.start();
}
console.log('started');
setInterval(() => {}, 1000);
