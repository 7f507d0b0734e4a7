// Links: records, names, hosts, variables, and what takes them away.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import type { HostConfig } from '../../../api/types/container-config.ts';
import { createTestEngine, outcome, type TestEngine } from '../../testing/test-engine.ts';
import { renameContainer } from '../configuration/rename.ts';
import { startContainer } from '../lifecycle/start.ts';
import { linkEnvironment } from './link-environment.ts';
import { describeLinks, namesOf, removeLink } from './links.ts';
import { refreshParents, withAddress } from './refresh-hosts.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

const linked = (...links: string[]): { HostConfig: HostConfig } => ({ HostConfig: { Links: links } });

test('the variables are Docker’s, ranges first', () => {
  const place = { address: '10.0.0.2', ports: ['53/udp', '90/tcp', '81/tcp', '80/tcp'], env: ['A=1', 'HOME=/x', 'NO'] };
  expect(linkEnvironment('/web/my-db', place)).toEqual([
    'MY_DB_PORT=tcp://10.0.0.2:80',
    ...['_START=tcp://10.0.0.2:80', '_ADDR=10.0.0.2', '_PROTO=tcp'].map(rest => `MY_DB_PORT_80_TCP${rest}`),
    ...['_PORT_START=80', '_END=tcp://10.0.0.2:81', '_PORT_END=81'].map(rest => `MY_DB_PORT_80_TCP${rest}`),
    ...[80, 81, 90].flatMap(port => [
      `MY_DB_PORT_${port}_TCP=tcp://10.0.0.2:${port}`,
      `MY_DB_PORT_${port}_TCP_ADDR=10.0.0.2`,
      `MY_DB_PORT_${port}_TCP_PORT=${port}`,
      `MY_DB_PORT_${port}_TCP_PROTO=tcp`,
    ]),
    'MY_DB_PORT_53_UDP=udp://10.0.0.2:53',
    'MY_DB_PORT_53_UDP_ADDR=10.0.0.2',
    'MY_DB_PORT_53_UDP_PORT=53',
    'MY_DB_PORT_53_UDP_PROTO=udp',
    'MY_DB_NAME=/web/my-db',
    'MY_DB_ENV_A=1',
  ]);
  expect(linkEnvironment('/web/db', { address: '10.0.0.2', ports: [], env: [] })).toEqual(['DB_NAME=/web/db']);
});

test('a container knows those it is linked to, by whatever name they have', async () => {
  const { container: db } = await own.run({ Hostname: 'dbh', ExposedPorts: { '80/tcp': {} }, Env: ['PW=x'] }, 'db');
  const { container: web } = await own.run(linked('db:alias', 'db'), 'web');
  const { address } = own.engine.networks.endpoint(db.id)!;
  const hosts = readFileSync(web.file('hosts'), 'utf8');
  expect(hosts).toContain(`\n${address}\talias dbh db\n${address}\tdb dbh\n`);
  const { env } = own.runtime.created.at(-1)!.spec.process;
  expect(env).toContain(`ALIAS_PORT_80_TCP=tcp://${address}:80`);
  expect(env).toContain('DB_ENV_PW=x');
  expect(namesOf(own.engine, db)).toEqual(['/db', '/web/alias', '/web/db']);
  expect(own.engine.containers.find('/web/alias')).toBe(db);
  renameContainer(own.engine, 'db', 'base');
  renameContainer(own.engine, 'web', 'front');
  expect(describeLinks(own.engine, web)).toEqual(['/base:/front/alias', '/base:/front/db']);
});

test('a new address is written where the link is, and nowhere else', async () => {
  const { container: db } = await own.run({}, 'db');
  const { container: web } = await own.run(linked('db:alias'), 'web');
  const { address } = own.engine.networks.endpoint(db.id)!;
  writeFileSync(web.file('hosts'), '1.2.3.4\talias x\n1.2.3.4\tother alias\n');
  refreshParents(own.engine, db);
  expect(readFileSync(web.file('hosts'), 'utf8')).toBe(`${address}\talias x\n1.2.3.4\tother alias\n`);
  expect(withAddress('', ['a'], '1.1.1.1')).toBe('');
});

test('a removed link is gone, the containers stay', async () => {
  const db = await own.create({}, 'db');
  const web = await own.create(linked('db:alias', 'db:other'), 'web');
  removeLink(own.engine, '/web/alias');
  expect(describeLinks(own.engine, web)).toEqual(['/db:/web/other']);
  expect(namesOf(own.engine, db)).toEqual(['/db', '/web/other']);
  expect(await outcome(() => removeLink(own.engine, 'web/alias'))).toBe('not-found: No such container: web/alias');
  expect(await outcome(() => removeLink(own.engine, 'db'))).toBe(
    'conflict: Conflict, cannot remove the default link name of the container',
  );
});

describe('refused', () => {
  test('at create: what is not there, or is no link', async () => {
    const create = (link: string) => outcome(() => own.create(linked(link)));
    expect(await create('nope:x')).toBe('invalid: could not get container for nope: No such container: nope');
    expect(await create('a:b:c')).toBe('invalid: bad format for links: a:b:c');
  });

  test('at start: one that does not run', async () => {
    await own.create({}, 'db');
    await own.create(linked('db:x'), 'web');
    expect(await outcome(() => startContainer(own.engine, 'web'))).toBe(
      'conflict: Cannot link to a non running container: /db AS /web/x',
    );
  });

  test('outside the default bridge they mean nothing', async () => {
    await own.create({}, 'db');
    const web = await own.create({ HostConfig: { Links: ['db:x'], NetworkMode: 'none' } }, 'web');
    expect(describeLinks(own.engine, web)).toBeNull();
  });
});
