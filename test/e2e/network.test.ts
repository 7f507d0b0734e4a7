// Published ports and containers that talk to one another.
import { expect } from 'bun:test';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { expectCode, scenarios } from '../support/stage.ts';

const serve = ['httpd', '-f', '-h', '/www'];

scenarios(['busybox'], {
  'run -d -p must answer on the host until it is stopped': async ({ cli, container, folder, fetch }) => {
    const [name, { here, there }, port] = [container(), folder(), await freePort()];
    chmodSync(here, 0o755);
    writeFileSync(join(here, 'index.html'), 'ahoy\n');
    await cli.ok(['run', '-d', '--name', name, '-p', `${port}:80`, '-v', `${there}:/www`, 'busybox', ...serve]);
    expect(await eventually('the page comes', () => fetch(port))).toBe('ahoy\n');
    const ports = await cli.ok(['ps', '--filter', `name=${name}`, '--format', '{{.Ports}}']);
    expect(ports).toContain(`0.0.0.0:${port}->80/tcp`);
    await cli.ok(['stop', '-t', '0', name]);
    expect(await fetch(port).catch(() => '')).toBe('');
    await cli.ok(['start', name]);
    expect(await eventually('the page comes again', () => fetch(port))).toBe('ahoy\n');
  },

  'run -p without a host port must pick a free one': async ({ cli, container, folder, fetch }) => {
    const [name, { here, there }] = [container(), folder()];
    chmodSync(here, 0o755);
    writeFileSync(join(here, 'index.html'), 'any port in a storm\n');
    await cli.ok(['run', '-d', '--name', name, '-p', '80', '-v', `${there}:/www`, 'busybox', ...serve]);
    const port = await cli.ok([
      'inspect',
      '-f',
      '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}',
      name,
    ]);
    expect(Number(port)).toBeGreaterThan(1024);
    expect(await eventually('the page comes', () => fetch(Number(port)))).toBe('any port in a storm\n');
  },

  '--link must name the other, tell of its ports, and follow it': async ({ cli, container }) => {
    const [db, web, other] = [container(), container(), container()];
    const sleep = ['busybox', 'sleep', '1000'];
    await cli.ok(['run', '-d', '--name', db, '-h', 'dbh', '-e', 'PW=x', '--expose', '80', ...sleep]);
    await cli.ok(['run', '-d', '--name', web, '--link', `${db}:my-db`, ...sleep]);
    const addressOf = (name: string) => cli.ok(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', name]);
    const hosts = async () => await cli.ok(['cp', `${web}:/etc/hosts`, '-']);
    expect(await hosts()).toContain(`${await addressOf(db)}\tmy-db dbh ${db}\n`);
    const env = await cli.ok(['run', '--rm', '--name', other, '--link', `${db}:my-db`, 'busybox', 'env']);
    expect(env.split('\n')).toContain(`MY_DB_PORT_80_TCP=tcp://${await addressOf(db)}:80`);
    expect(env.split('\n')).toContain('MY_DB_ENV_PW=x');
    expect(await cli.ok(['inspect', '-f', '{{.HostConfig.Links}}', web])).toBe(`[/${db}:/${web}/my-db]`);
    expect(await cli.ok(['ps', '--no-trunc', '--format', '{{.Names}}'])).toMatch(new RegExp(`(${db},)?${web}/my-db`));
    await cli.ok(['stop', '-t', '0', db]);
    // Somebody else has the address meanwhile.
    await cli.ok(['run', '-d', '--name', other, ...sleep]);
    const refused = await cli.run(['restart', '-t', '0', web]);
    expect(refused.stderr).toContain(`Cannot link to a non running container: /${db} AS /${web}/my-db`);
    await cli.ok(['start', db]);
    await cli.ok(['start', web]);
    await cli.ok(['restart', '-t', '0', db]);
    expect(await hosts()).toContain(`${await addressOf(db)}\tmy-db dbh ${db}\n`);
    await cli.ok(['rm', '--link', `${web}/my-db`]);
    expect(await cli.ok(['inspect', '-f', '{{.HostConfig.Links}}', web])).toBe('[]');
  },

  'a port that is taken must be refused, and free again after rm': async ({ cli, container }) => {
    const [first, second, port] = [container(), container(), await freePort()];
    await cli.ok(['run', '-d', '--name', first, '-p', `${port}:80`, 'busybox', 'sleep', '1000']);
    const refused = await cli.run(['run', '-d', '--name', second, '-p', `${port}:80`, 'busybox', 'sleep', '1000']);
    expectCode(refused, 125);
    expect(refused.stderr).toMatch(/port is already allocated|address already in use/);
    await cli.ok(['rm', '-f', first]);
    await cli.ok(['start', second]);
  },

  'containers on the bridge must reach one another': async ({ cli, container, folder }) => {
    const [name, { here, there }] = [container(), folder()];
    chmodSync(here, 0o755);
    writeFileSync(join(here, 'index.html'), 'neighbour\n');
    await cli.ok(['run', '-d', '--name', name, '-v', `${there}:/www`, 'busybox', ...serve]);
    const address = await cli.ok(['inspect', '-f', '{{.NetworkSettings.Networks.bridge.IPAddress}}', name]);
    const page = () => cli.ok(['run', '--rm', 'busybox', 'wget', '-q', '-O-', `http://${address}/`]);
    expect(await eventually('the page comes', page)).toBe('neighbour');
  },

  'a container must reach a published port through the gateway': async ({ cli, container, folder }) => {
    const [name, { here, there }, port] = [container(), folder(), await freePort()];
    chmodSync(here, 0o755);
    writeFileSync(join(here, 'index.html'), 'round trip\n');
    await cli.ok(['run', '-d', '--name', name, '-p', `${port}:80`, '-v', `${there}:/www`, 'busybox', ...serve]);
    const gateway = await cli.ok(['inspect', '-f', '{{.NetworkSettings.Networks.bridge.Gateway}}', name]);
    const page = () => cli.ok(['run', '--rm', 'busybox', 'wget', '-q', '-O-', `http://${gateway}:${port}/`]);
    expect(await eventually('the page comes', page)).toBe('round trip');
  },
});
