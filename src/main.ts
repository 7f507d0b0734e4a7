// The one executable: the engine as `berth daemon` or `dockerd`, the command line as `berth` or `docker`.

import { basename } from 'node:path';
import { processIo, runCli } from './cli/index.ts';
import { runDaemon } from './daemon/index.ts';

declare const BERTH_VERSION: string | undefined;
declare const BERTH_COMMIT: string | undefined;
declare const BERTH_BUILD_TIME: string | undefined;

const build = {
  version: typeof BERTH_VERSION === 'string' ? BERTH_VERSION : 'dev',
  commit: typeof BERTH_COMMIT === 'string' ? BERTH_COMMIT : 'unknown',
  buildTime: typeof BERTH_BUILD_TIME === 'string' ? BERTH_BUILD_TIME : '',
};

const calledAs = process.argv0;
const [first, ...rest] = process.argv.slice(2);
const isDaemon = basename(calledAs) === 'dockerd' || first === 'daemon';

process.exitCode = isDaemon
  ? await runDaemon(first === 'daemon' ? rest : process.argv.slice(2), calledAs, build)
  : await runCli(process.argv.slice(2), processIo(calledAs));
process.exit();
