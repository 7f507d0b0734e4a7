// Scenarios of builds by the real `docker buildx`, of each version there is, on one daemon for each file and version;
// skipped, and said so, where it is missing.
import { afterAll, beforeAll, describe, test } from 'bun:test';
import { expectNothingLeft } from '../daemons/remains.ts';
import type { TestImage } from '../images.ts';
import { Buildx, findPlugins, type Plugins } from './buildx.ts';

type Scenario = (buildx: Buildx) => Promise<void>;

/** A scenario of what older clients cannot do, or say in other words. */
interface NewScenario {
  readonly since: number;
  readonly play: Scenario;
}

/** For buildx 0.`version` and newer. */
export function sinceBuildx(version: number, play: Scenario): NewScenario {
  return { since: version, play };
}

/** Declares scenarios named "X must Y". At the end nothing of the builds may be left in the kernel. */
export function buildxScenarios(
  images: readonly TestImage[],
  declared: Readonly<Record<string, Scenario | NewScenario>>,
): void {
  const scenarios = Object.entries(declared).map(([name, scenario]) => ({
    name,
    ...(typeof scenario === 'function' ? { since: 0, play: scenario } : scenario),
  }));
  const found = findPlugins();
  if (found.length === 0) test.skip('docker buildx is not installed: its scenarios did not run', () => {});
  for (const plugins of found) {
    const known = scenarios.filter(({ since }) => since <= plugins.version);
    if (known.length > 0) describe(`docker buildx 0.${plugins.version}`, () => playAll(images, plugins, known));
  }
}

function playAll(
  images: readonly TestImage[],
  plugins: Plugins,
  scenarios: readonly { readonly name: string; readonly play: Scenario }[],
): void {
  let buildx: Buildx;
  beforeAll(async () => {
    buildx = await Buildx.start(images, plugins);
  }, 300_000);
  for (const { name, play } of scenarios) test(name, async () => await play(buildx), 120_000);
  afterAll(async () => {
    await using own = buildx;
    await expectNothingLeft(own.daemon.places, own.daemon.pid, own.before);
  }, 60_000);
}
