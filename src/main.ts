// The one executable: the engine as `berth daemon` or `dockerd`, the registry as `berth registry serve`, the command line
// as `berth` or `docker`.

import { basename } from 'node:path';
import { buildInfo } from './lib/build-info.ts';

const calledAs = process.argv0;
const [first, ...rest] = process.argv.slice(2);

// Only the program that is wanted is evaluated: a command line should not pay for the engine.
if (basename(calledAs) === 'dockerd' || first === 'daemon') {
  const { runDaemon } = await import('./daemon/index.ts');
  process.exitCode = await runDaemon(first === 'daemon' ? rest : process.argv.slice(2), calledAs, buildInfo);
} else if (first === 'registry' && /^(serve|gc|passwd)$/.test(rest[0] ?? '')) {
  const { runRegistry } = await import('./daemon/index.ts');
  process.exitCode = await runRegistry(rest, calledAs);
} else {
  const { processIo, runCli } = await import('./cli/index.ts');
  process.exitCode = await runCli(process.argv.slice(2), processIo(calledAs));
}
process.exit();
