// The same scenarios on Berth and on a real dockerd (BERTH_TEST_PEER_HOST): status and exit codes, messages and shapes
// of JSON are the same, but for the table of justified differences.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { berthCommand, TestDaemon } from '../support/daemons/daemon.ts';
import { dockerProgram } from '../support/docker-program.ts';
import { imageArchive } from '../support/images.ts';
import { cleanUp } from './clean-up.ts';
import { type Difference, findDifferences, formatDifference } from './differences.ts';
import { justified, open } from './justified.ts';
import { type Scenarios, stage } from './scenario.ts';
import { commandLineScenarios } from './scenarios/command-line.ts';
import { containerScenarios } from './scenarios/containers.ts';
import { createScenarios } from './scenarios/create.ts';
import { execScenarios } from './scenarios/exec.ts';
import { imageScenarios } from './scenarios/images.ts';
import { lifecycleScenarios } from './scenarios/lifecycle.ts';
import { malformedScenarios } from './scenarios/malformed.ts';
import { resourceScenarios } from './scenarios/resources.ts';
import { systemScenarios } from './scenarios/system.ts';
import { Side } from './side.ts';

const peerHost = process.env.BERTH_TEST_PEER_HOST;
const docker = dockerProgram();
const all: Record<string, Scenarios> = {
  create: createScenarios,
  containers: containerScenarios,
  lifecycle: lifecycleScenarios,
  exec: execScenarios,
  images: imageScenarios,
  'volumes and networks': resourceScenarios,
  system: systemScenarios,
  malformed: malformedScenarios,
  'command line': commandLineScenarios,
};
const run = `diff${crypto.randomUUID().slice(0, 6)}`;

let daemon: TestDaemon;
const used = new Set<RegExp>();
let played = 0;

function sides(prefix: string): { peer: Side; ours: Side } {
  return {
    peer: new Side({ host: peerHost ?? '', program: [docker ?? 'docker'], prefix }),
    ours: new Side({ host: daemon.host, program: berthCommand(), prefix }),
  };
}

/** Loads the image and makes the containers that scenarios find standing. */
async function prepareStage(side: Side): Promise<void> {
  const headers = { 'Content-Type': 'application/x-tar' };
  const body = readFileSync(await imageArchive('busybox'));
  await side.request({ method: 'POST', target: '/images/load?quiet=1', headers, body });
  const make = async (name: (typeof stage)[number], script: string) => {
    const request = { Image: 'busybox', Cmd: ['sh', '-c', script], Labels: { [run]: 'stage' } };
    await side.prepare('POST', `/containers/create?name=${run}-stage-${name}`, request);
    if (name !== 'created') await side.prepare('POST', `/containers/${run}-stage-${name}/start`);
  };
  await make('created', 'true');
  for (const name of ['running', 'paused'] as const) {
    await make(name, 'echo out; sleep 0.2; echo err >&2; trap "exit 0" TERM; while :; do sleep 0.1; done');
  }
  await make('exited', 'echo one; echo two; exit 3');
  await side.prepare('POST', `/containers/${run}-stage-exited/wait`);
  await side.prepare('POST', `/containers/${run}-stage-paused/pause`);
}

function isJustified(difference: Difference): boolean {
  const { place } = difference;
  const entry = [...justified, ...open].find(one => one.place.test(place) && (one.when?.(difference) ?? true));
  if (entry) used.add(entry.place);
  return entry !== undefined;
}

if (peerHost && docker) {
  beforeAll(async () => {
    daemon = await TestDaemon.start();
    const { peer, ours } = sides(run);
    await Promise.all([prepareStage(peer), prepareStage(ours)]);
  }, 120_000);

  for (const [group, scenarios] of Object.entries(all)) {
    describe(group, () => {
      for (const [name, play] of Object.entries(scenarios)) {
        test(name, async () => {
          played++;
          const { peer, ours } = sides(run);
          try {
            await Promise.all([play(peer), play(ours)]);
          } finally {
            await Promise.all(
              [peer, ours].map(side =>
                cleanUp(
                  side,
                  stage.map(name => `stage-${name}`),
                ),
              ),
            );
          }
          const found = findDifferences(`${group}: ${name}`, peer.seen, ours.seen);
          expect(peer.seen.length).toBeGreaterThan(0);
          const unjustified = found.filter(one => !isJustified(one));
          if (unjustified.length > 0) throw new Error(unjustified.map(formatDifference).join('\n'));
        }, 60_000);
      }
    });
  }

  test('every justified difference is still one', () => {
    const total = Object.values(all).reduce((sum, scenarios) => sum + Object.keys(scenarios).length, 0);
    expect(total).toBeGreaterThanOrEqual(100);
    // A run of a few chosen scenarios says nothing about the table.
    if (played === total)
      expect([...justified, ...open].filter(entry => !used.has(entry.place)).map(entry => String(entry.place))).toEqual(
        [],
      );
  });

  afterAll(async () => {
    if (!daemon) return;
    await using _ = daemon;
    const { peer, ours } = sides(run);
    await Promise.all([peer, ours].map(side => cleanUp(side, [])));
  }, 60_000);
} else {
  test.skip('no Docker to compare with: set BERTH_TEST_PEER_HOST and install the docker command line', () => {});
}
