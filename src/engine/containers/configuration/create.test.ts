// Creating: image and request merged, defaults filled in, and nothing left when a step fails.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import type { ContainerConfig } from '../../../api/types/container-config.ts';
import type { ContainerCreateRequest } from '../../../api/types/containers.ts';
import type { ImageRunConfig } from '../../../oci/image-config.ts';
import { createTestEngine, outcome, type TestEngine } from '../../testing/test-engine.ts';
import { startContainer } from '../lifecycle/start.ts';
import { mergeImageConfig } from './merge-image-config.ts';
import { generateName, requireName } from './names.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

const create = (request: ContainerCreateRequest, name?: string) => outcome(() => own.create(request, name));

describe('a container', () => {
  test('is recorded with what the image and the caller say, and told', async () => {
    own.images.put('web:1', { Entrypoint: ['/init'], Cmd: ['serve'], Labels: { a: '1' }, Volumes: { '/data': {} } });
    const container = await own.create({ Image: 'web:1', Labels: { b: '2' }, Cmd: ['once', '-v'] }, 'one');
    expect(container.record).toMatchObject({ path: '/init', args: ['once', '-v'], name: 'one', imageName: 'web:1' });
    expect(container.record.config.Labels).toEqual({ a: '1', b: '2' });
    expect(container.record.mounts).toMatchObject([{ destination: '/data', anonymous: true, driver: 'local' }]);
    expect(container.record.config.Hostname).toBe(container.id.slice(0, 12));
    expect(existsSync(container.directory)).toBe(true);
    expect(own.events()).toEqual(['volume create', 'container create']);
    expect(own.engine.store.collection<{ name: string }>('containers').get(container.id)?.name).toBe('one');
  });

  test("has Docker's defaults on the host side", async () => {
    const { hostConfig } = (await own.create({ HostConfig: { Memory: 10_000_000, NetworkMode: 'default' } })).record;
    expect(hostConfig).toMatchObject({
      NetworkMode: 'bridge',
      RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
      LogConfig: { Type: 'json-file', Config: {} },
      IpcMode: 'private',
      CgroupnsMode: 'host',
      ShmSize: 64 * 1024 * 1024,
      MemorySwap: 20_000_000,
      Runtime: 'crun',
      Binds: null,
      ConsoleSize: [0, 0],
    });
    expect(hostConfig.MaskedPaths).toContain('/proc/kcore');
  });

  test('unmasks everything when privileged', async () => {
    own.engine.config.defaults.cgroupnsMode = 'private';
    const { hostConfig } = (await own.create({ HostConfig: { Privileged: true } })).record;
    expect([hostConfig.MaskedPaths, hostConfig.ReadonlyPaths]).toEqual([null, null]);
    expect(hostConfig.CgroupnsMode).toBe('host');
  });

  test("uses the daemon's log options with its driver only", async () => {
    own.engine.config.logOptions = { 'max-size': '1m' };
    const config = async (Type: string) =>
      (await own.create({ HostConfig: { LogConfig: { Type, Config: {} } } })).record.hostConfig.LogConfig?.Config;
    expect(await config('')).toEqual({ 'max-size': '1m' });
    expect(await config('none')).toEqual({});
  });

  test("takes the machine's name on the host's network, and that of another container at the start", async () => {
    expect((await own.create({ HostConfig: { NetworkMode: 'host' } })).record.config.Hostname).toBe('host');
    const { container: donor } = await own.run({ Hostname: 'shared', Domainname: 'org' }, 'donor');
    const joined = await own.create({ HostConfig: { NetworkMode: 'container:donor' } });
    expect(joined.record.hostConfig.NetworkMode).toBe(`container:${donor.id}`);
    expect(joined.record.config.Hostname).toBe(joined.id.slice(0, 12));
    await startContainer(own.engine, joined.id);
    expect(joined.record.config).toMatchObject({ Hostname: 'shared', Domainname: 'org' });
  });
});

describe('refusals', () => {
  test('of a request without sense', async () => {
    expect(await create({ Image: undefined, Cmd: ['true'] })).toBe('invalid: no image specified');
    expect(await create({ Image: undefined })).toBe('invalid: no command specified');
    expect(await create({ Image: 'nobody' })).toBe('not-found: No such image: nobody:latest');
    own.images.put('empty:latest', {});
    expect(await create({ Image: 'empty' })).toBe('invalid: no command specified');
    expect(await create({}, 'b@d')).toMatch(/^invalid: Invalid container name \(b@d\), only \[a-zA-Z0-9\]/);
    expect(await create({ HostConfig: { LogConfig: { Type: 'what', Config: {} } } })).toMatch(/^invalid: .*what/);
    const fixed = { EndpointsConfig: { bridge: { IPAMConfig: { IPv4Address: '172.17.0.9' } } } };
    expect(await create({ NetworkingConfig: fixed })).toMatch(
      /user-specified IP address is supported on user-defined networks only$/,
    );
    expect(own.engine.containers.size).toBe(0);
  });

  test('of a taken name, with nothing left behind', async () => {
    const { id } = await own.create({}, 'web');
    expect(await create({ Volumes: { '/x': {} } }, 'web')).toBe(
      `conflict: Conflict. The container name "/web" is already in use by container "${id}". ` +
        'You have to remove (or rename) that container to be able to reuse that name.',
    );
    expect(own.images.layers.size).toBe(1);
    expect(own.engine.volumes.list()).toEqual([]);
  });
});

describe('a failing step leaves nothing', () => {
  const undone: [step: string, calls: string[]][] = [
    ['volumes.create', []],
    ['images.createContainerLayer', ['volumes.remove', 'volumes.remove']],
    ['containers.add', ['images.removeContainerLayer', 'volumes.remove', 'volumes.remove']],
  ];
  for (const [step, calls] of undone) {
    test(step, async () => {
      own.engine.volumes.create({ name: 'mine' });
      own.log.calls.length = 0;
      own.log.fail(step);
      expect(await create({ HostConfig: { Binds: ['mine:/m', 'new:/n'] }, Volumes: { '/v': {} } })).toMatch(/failed$/);
      expect(own.log.calls.slice(own.log.calls.indexOf(step, step === 'volumes.create' ? 0 : 2) + 1)).toEqual(calls);
      expect(own.engine.containers.size).toBe(0);
      expect(own.images.layers.size).toBe(0);
      expect(own.engine.volumes.list().map(volume => volume.name)).toEqual(['mine']);
      expect(own.events()).not.toContain('container create');
    });
  }
});

describe('image and request merged', () => {
  const image: ImageRunConfig = {
    Entrypoint: ['/init'],
    Cmd: ['serve'],
    Env: ['PATH=/bin', 'A=image'],
    User: 'app',
    WorkingDir: '/srv',
    ExposedPorts: { '80/tcp': {} },
    StopSignal: 'SIGINT',
  };
  const commands: [own: ContainerConfig, entrypoint: string[] | null, command: string[] | null | undefined][] = [
    [{}, ['/init'], ['serve']],
    [{ Cmd: ['once'] }, ['/init'], ['once']],
    [{ Entrypoint: ['/mine'] }, ['/mine'], undefined],
    [{ Entrypoint: ['/mine'], Cmd: ['x'] }, ['/mine'], ['x']],
    [{ Entrypoint: [''], Cmd: ['x'] }, null, ['x']],
    [{ Entrypoint: [], Cmd: [] }, ['/init'], ['serve']],
  ];
  for (const [given, entrypoint, command] of commands) {
    test(`entrypoint ${JSON.stringify(given.Entrypoint)}, command ${JSON.stringify(given.Cmd)}`, () => {
      const { Entrypoint, Cmd } = mergeImageConfig(given, image);
      expect([Entrypoint ?? null, Cmd]).toEqual([entrypoint, command]);
    });
  }

  test('the caller wins, the rest comes from the image', () => {
    const merged = mergeImageConfig({ Env: ['A=mine', 'B=2'], User: 'me', ExposedPorts: { '81/tcp': {} } }, image);
    expect(merged.Env).toEqual(['A=mine', 'B=2', 'PATH=/bin']);
    expect(merged).toMatchObject({ User: 'me', WorkingDir: '/srv', StopSignal: 'SIGINT' });
    expect(Object.keys(merged.ExposedPorts ?? {})).toEqual(['80/tcp', '81/tcp']);
    expect(image.Env).toEqual(['PATH=/bin', 'A=image']);
  });
});

describe('names', () => {
  test('begin with a letter or digit and have two characters', () => {
    expect(requireName('/web.1_a-b')).toBe('web.1_a-b');
    for (const bad of ['a', '_a', '-a', 'a b', 'ä1', 'a/b', ''])
      expect(() => requireName(bad)).toThrow('Invalid container name');
  });

  test('that are made up are free ones, with a number when all are taken', () => {
    expect(generateName(() => true)).toMatch(/^[a-z]+_[a-z]+$/);
    expect(generateName(name => /\d$/.test(name))).toMatch(/^[a-z]+_[a-z]+\d+$/);
  });
});
