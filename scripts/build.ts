// `npm run build`: compiles src/main.ts and every worker into one executable, dist/berth.
// `--links` adds dist/docker and dist/dockerd, the names under which it behaves as those programs.

import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { repository, runCommand } from './steps/step.ts';

const dist = join(repository, 'dist');

/** The commit that is built, with `-dirty` if files differ from it; `unknown` outside a git checkout. */
function commit(): string {
  const described = Bun.spawnSync(['git', 'describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'], {
    cwd: repository,
  });
  return described.exitCode === 0 ? described.stdout.toString().trim() : 'unknown';
}

/** SOURCE_DATE_EPOCH makes the build reproducible. */
function buildTime(): string {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  return (epoch ? new Date(Number(epoch) * 1000) : new Date()).toISOString();
}

/**
 * Splitting keeps the engine's code out of a command line's way: a call starts 4 ms sooner.
 * Without the `--no-compile-autoload` flags a root executable would obey .env and bunfig.toml of the current folder.
 */
async function compile(): Promise<number> {
  const constants = { BERTH_VERSION: packageJson.version, BERTH_COMMIT: commit(), BERTH_BUILD_TIME: buildTime() };
  const workers = [...new Bun.Glob('src/**/*-worker.ts').scanSync({ cwd: repository })].sort();
  return await runCommand([
    ...['bun', 'build', '--compile', '--minify', '--bytecode', '--splitting', '--format=esm'],
    ...['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
    ...Object.entries(constants).map(([name, value]) => `--define=${name}=${JSON.stringify(value)}`),
    ...['src/main.ts', ...workers, '--outfile', join(dist, 'berth')],
  ]);
}

mkdirSync(dist, { recursive: true });
const code = await compile();
if (code === 0 && process.argv.includes('--links')) {
  for (const name of ['docker', 'dockerd']) {
    rmSync(join(dist, name), { force: true });
    symlinkSync('berth', join(dist, name));
  }
}
process.exit(code);
