// The one executable: the engine as `berth daemon` or `dockerd`, the command line as `berth` or `docker`.

import { basename } from 'node:path';
import { processIo, runCli } from './cli/index.ts';
import { runDaemon } from './daemon/index.ts';
import { buildInfo } from './lib/build-info.ts';

const calledAs = process.argv0;
const [first, ...rest] = process.argv.slice(2);
const isDaemon = basename(calledAs) === 'dockerd' || first === 'daemon';

process.exitCode = isDaemon
  ? await runDaemon(first === 'daemon' ? rest : process.argv.slice(2), calledAs, buildInfo)
  : await runCli(process.argv.slice(2), processIo(calledAs));
process.exit();
