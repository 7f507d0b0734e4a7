// Volumes and networks as the API shows them: who uses them, filters, prune.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Filters } from '../../api/codecs.ts';
import { inspectNetwork, listNetworks } from '../networks/networks.ts';
import { createTestEngine, outcome, type TestEngine } from '../testing/test-engine.ts';
import { createVolume, inspectVolume, listVolumes, pruneVolumes, removeVolume } from './volumes.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

const names = (filters: Filters) => listVolumes(own.engine, filters).Volumes?.map(volume => volume.Name);

describe('volumes', () => {
  test('are made once for a name, and told once', () => {
    const first = createVolume(own.engine, { Name: 'data', Labels: { a: '1' } });
    expect(first).toMatchObject({ Name: 'data', Driver: 'local', Scope: 'local', Labels: { a: '1' }, Options: null });
    expect(createVolume(own.engine, { Name: 'data' })).toEqual(first);
    expect(own.events()).toEqual(['volume create']);
    expect(inspectVolume(own.engine, 'data')).toEqual(first);
  });

  test('stay while a container, running or not, mounts them', async () => {
    const container = await own.create({ HostConfig: { Binds: ['data:/data'] } });
    const remove = (name: string, force = false) => outcome(() => removeVolume(own.engine, name, force));
    expect(await remove('data')).toBe(`conflict: remove data: volume is in use - [${container.id}]`);
    expect(await remove('data', true)).toMatch(/^conflict: /);
    expect(await remove('nobody')).toBe('not-found: get nobody: no such volume');
    expect(await remove('nobody', true)).toBe('done');
  });

  test('are found by filters', async () => {
    createVolume(own.engine, { Name: 'one', Labels: { a: '1' } });
    createVolume(own.engine, { Name: 'two' });
    await own.create({ HostConfig: { Binds: ['used:/u'] } });
    expect(names({})).toEqual(['one', 'two', 'used']);
    expect(names({ name: ['o'] })).toEqual(['one', 'two']);
    expect(names({ label: ['a=1'] })).toEqual(['one']);
    expect(names({ 'label!': ['a'] })).toEqual(['two', 'used']);
    expect(names({ dangling: ['true'] })).toEqual(['one', 'two']);
    expect(names({ dangling: ['false'] })).toEqual(['used']);
    expect(names({ driver: ['other'] })).toEqual([]);
    expect(await outcome(() => names({ what: [''] }))).toBe("invalid: invalid filter 'what'");
  });

  test('are pruned: unused anonymous ones, with all the named ones too', async () => {
    createVolume(own.engine, { Name: 'named' });
    const { Name: anonymous } = createVolume(own.engine, {});
    await own.create({ Volumes: { '/used': {} } });
    expect(await pruneVolumes(own.engine, {})).toEqual({ VolumesDeleted: [anonymous], SpaceReclaimed: 42 });
    expect((await pruneVolumes(own.engine, { all: ['true'] })).VolumesDeleted).toEqual(['named']);
    expect(names({})).toHaveLength(1);
    expect(own.events().at(-1)).toBe('volume prune');
  });

  test('that cannot be pruned keep no others', async () => {
    const made = [createVolume(own.engine, {}), createVolume(own.engine, {})];
    const [taken, free] = made.map(({ Name }) => Name);
    Object.assign(own.engine.host, {
      // Somebody takes it while it is looked at.
      diskUsage: async (path: string) => {
        if (path.includes(taken ?? '')) await own.create({ HostConfig: { Binds: [`${taken}:/data`] } });
        return 1;
      },
    });
    expect(await pruneVolumes(own.engine, {})).toEqual({ VolumesDeleted: [free ?? ''], SpaceReclaimed: 1 });
    expect(names({})).toEqual([taken ?? '']);
  });
});

describe('networks', () => {
  test('are found by filters', async () => {
    const found = (filters: Filters) => listNetworks(own.engine, filters).map(network => network.Name);
    expect(found({})).toEqual(['bridge', 'host', 'none']);
    expect(found({ name: ['o'] })).toEqual(['host', 'none']);
    expect(found({ driver: ['bridge'] })).toEqual(['bridge']);
    expect(found({ type: ['custom'] })).toEqual([]);
    expect(await outcome(() => found({ what: [''] }))).toBe("invalid: invalid filter 'what'");
  });

  test('show who is on them', async () => {
    const { container } = await own.run({}, 'web');
    expect(inspectNetwork(own.engine, 'bridge').Containers).toMatchObject({
      [container.id]: { Name: 'web', IPv4Address: '172.17.0.2/16' },
    });
    expect(await outcome(() => inspectNetwork(own.engine, 'nope'))).toBe('not-found: network nope not found');
  });
});
