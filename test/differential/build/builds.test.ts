// The corpus of builds on real BuildKit (BERTH_TEST_PEER_HOST, with the docker command line and its buildx plugin) and on
// Berth by each of its doors: the same files, configuration and history, the same failures in the same words, but for
// the tables in justified.ts. BERTH_TEST_BUILDS picks cases by a regular expression, BERTH_TEST_DOORS doors by name.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { berthCommand, TestDaemon } from '../../support/daemons/daemon.ts';
import { dockerProgram } from '../../support/docker-program.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { imageArchive } from '../../support/images.ts';
import { run } from '../../support/run.ts';
import { type Difference, findDifferences, formatDifference } from '../differences.ts';
import type { BuildCase } from './build-case.ts';
import { corpus } from './corpus.ts';
import { type Build, berthDoor, buildxDoor, classicDoor } from './doors.ts';
import { justifiedBuilds, openBuilds } from './justified.ts';
import { observeImage } from './observe.ts';
import { writeContext } from './write-context.ts';

const peer = { host: process.env.BERTH_TEST_PEER_HOST, network: process.env.BERTH_TEST_PEER_NETNS };
const docker = dockerProgram();
const hasBuildx = docker !== undefined && (await run([docker, 'buildx', 'version'])).code === 0;
const chosen = new RegExp(process.env.BERTH_TEST_BUILDS ?? '');
const doorNames = (process.env.BERTH_TEST_DOORS ?? 'classic,buildx,berth').split(',');
const prefix = `builds${crypto.randomUUID().slice(0, 6)}`;

let folder: string;
const servers: Bun.Subprocess[] = [];
let daemon: TestDaemon;
let ports: { web: number; git: number };
let doors: Record<string, Build>;

/** Starts the web of the cases; in a namespace, so that an engine there finds it at the same address. */
async function startWeb(name: string, network?: string): Promise<void> {
  const directory = join(folder, name);
  mkdirSync(directory);
  const program = [process.execPath, join(import.meta.dir, 'web-server.ts'), directory, `${ports.web}`, `${ports.git}`];
  const inside = network === undefined ? [] : ['nsenter', `--net=${network}`];
  servers.push(Bun.spawn([...inside, ...program], { stdio: ['ignore', 'inherit', 'inherit'] }));
  await eventually('the web answers', async () => {
    const ask = ['git', 'ls-remote', `git://127.0.0.1:${ports.git}/repo.git`];
    return (await run([...inside, ...ask])).code === 0;
  });
}

async function loadBase(host: string): Promise<void> {
  const response = await fetch('http://engine/images/load?quiet=1', {
    ...{ method: 'POST', unix: host.replace('unix://', '') },
    headers: { 'Content-Type': 'application/x-tar' },
    body: readFileSync(await imageArchive('busybox')),
  });
  if (!response.ok) throw new Error(await response.text());
  await response.text();
}

async function removeImage(host: string, tag: string): Promise<void> {
  const init = { method: 'DELETE', unix: host.replace('unix://', '') };
  await (await fetch(`http://engine/images/${tag}?force=1`, init)).text();
}

/** Everything there is to see of one build, and nothing left of it. */
async function observe(
  host: string,
  build: Build,
  one: BuildCase,
  tag: string,
  directory: string,
): Promise<Record<string, unknown>> {
  const { built, message, steps } = await build(one, directory, tag);
  if (!built) return { built, message };
  try {
    return { built, ...(steps && { steps }), ...(await observeImage(host, tag, one)) };
  } finally {
    await removeImage(host, tag);
  }
}

/** The classic protocol does not name steps as BuildKit does. */
function comparable(theirs: Record<string, unknown>, ours: Record<string, unknown>): Record<string, unknown> {
  const { steps, ...rest } = theirs;
  return 'steps' in ours ? { ...rest, steps } : rest;
}

/** Secrets and other hosts have no words in the classic protocol. */
const speaks = (door: string, one: BuildCase) => door !== 'classic' || one.flags === undefined;

function prepare(one: BuildCase, name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  writeContext(directory, one, text =>
    text
      .replaceAll('{WEB}', `http://127.0.0.1:${ports.web}`)
      .replaceAll('{GIT}', `git://127.0.0.1:${ports.git}/repo.git`)
      .replaceAll('{CACHE}', prefix),
  );
  return directory;
}

function isJustified({ place, ...rest }: Difference): boolean {
  return [...justifiedBuilds, ...openBuilds].some(
    entry => entry.place.test(place) && (entry.when?.({ place, ...rest }) ?? true),
  );
}

if (peer.host && docker && hasBuildx) {
  const { host } = peer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'berth-builds-'));
    ports = { web: await freePort(), git: await freePort() };
    daemon = await TestDaemon.start();
    doors = { classic: classicDoor(daemon.host) };
    if (doorNames.includes('buildx')) doors.buildx = buildxDoor(docker, daemon.host);
    const hasBuild = (await run([...berthCommand(), 'build', '--help'])).code === 0;
    if (doorNames.includes('berth') && hasBuild) doors.berth = berthDoor(berthCommand(), daemon.host);
    await Promise.all([loadBase(host), loadBase(daemon.host)]);
    await startWeb('web');
    if (peer.network !== undefined) await startWeb('peer-web', peer.network);
  }, 120_000);

  let number = 0;
  for (const [group, cases] of Object.entries(corpus)) {
    describe(group, () => {
      for (const [name, one] of Object.entries(cases)) {
        if (!chosen.test(`${group}: ${name}`)) continue;
        test(name, async () => {
          const tag = `${prefix}:${++number}`;
          // Engines keep contexts by the name of their directory, and see by size and time what changed.
          const directory = prepare(one, `${prefix}-${number}`);
          const theirs = observe(host, buildxDoor(docker, host), one, tag, directory);
          const found: Difference[] = [];
          for (const [door, build] of Object.entries(doors)) {
            if (!doorNames.includes(door) || !speaks(door, one)) continue;
            const ours = await observe(daemon.host, build, one, tag, directory);
            const expected = one.newer ? { built: true } : comparable(await theirs, ours);
            const seen = one.newer ? { built: ours.built } : ours;
            const steps = [{ step: door, result: expected }];
            found.push(...findDifferences(`${group}: ${name}`, steps, [{ step: door, result: seen }]));
          }
          await theirs;
          const unjustified = found.filter(difference => !isJustified(difference));
          if (unjustified.length > 0) throw new Error(unjustified.map(formatDifference).join('\n'));
        }, 180_000);
      }
    });
  }

  test('the corpus is large', () => {
    const count = Object.values(corpus).reduce((sum, cases) => sum + Object.keys(cases).length, 0);
    expect(count).toBeGreaterThanOrEqual(150);
  });

  afterAll(async () => {
    for (const server of servers) server.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
    await daemon?.[Symbol.asyncDispose]();
  }, 60_000);
} else {
  test.skip('no BuildKit to compare with: set BERTH_TEST_PEER_HOST and install docker with its buildx plugin', () => {});
}
