// What is under examples/: built from Debian's packages, run, and talked to. nginx always; the others, which take minutes
// and a gigabyte, with BERTH_TEST_EXAMPLES=1.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { berthCommand, TestDaemon } from '../support/daemons/daemon.ts';
import { eventually } from '../support/eventually.ts';
import { loadArguments } from '../support/images.ts';
import { runOk } from '../support/run.ts';

const examples = join(import.meta.dir, '..', '..', 'examples');
const minutes = 60_000;
const large = process.env.BERTH_TEST_EXAMPLES === '1' ? test : test.skip;

/** Databases take their time to begin with, on a machine that does other things, too. */
const patience = { timeoutMs: 2 * minutes, everyMs: 200 };

let daemon: TestDaemon;
const berth = (...args: string[]) => runOk([...berthCommand(), '-H', daemon.host, ...args], { timeoutMs: 8 * minutes });

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await berth(...(await loadArguments('debian')));
}, 5 * minutes);

afterAll(async () => {
  const containers = (await berth('ps', '-aq')).split('\n').filter(Boolean);
  if (containers.length > 0) await berth('rm', '-fv', ...containers);
  await daemon[Symbol.asyncDispose]();
}, minutes);

/** Machines that reach packages by a way of their own say so in a file of apt's options. */
const aptOptions = process.env.BERTH_TEST_APT_CONF
  ? ['--secret', `id=apt.conf,src=${process.env.BERTH_TEST_APT_CONF}`]
  : [];

async function build(folder: string, name: string, ...options: string[]): Promise<void> {
  await berth('build', '--progress', 'plain', ...aptOptions, ...options, '-t', name, join(examples, folder));
}

async function address(container: string): Promise<string> {
  return await berth('inspect', '-f', '{{.NetworkSettings.IPAddress}}', container);
}

/** The body of what answers on a port of the host, once it does. */
async function fetchPublished(container: string, port: number, path = '/', init?: RequestInit): Promise<string> {
  const published = await berth('port', container, `${port}/tcp`);
  const origin = `http://127.0.0.1:${published.split('\n')[0]?.split(':').at(-1)}`;
  let body = '';
  await eventually(
    `${container} answers`,
    async () => {
      body = await fetch(origin + path, init).then(
        answer => answer.text(),
        () => '',
      );
      return body !== '';
    },
    patience,
  );
  return body;
}

async function healthy(container: string): Promise<void> {
  await eventually(
    `${container} is healthy`,
    async () => {
      return (await berth('inspect', '-f', '{{.State.Health.Status}}', container)) === 'healthy';
    },
    patience,
  );
}

test(
  'nginx serves its page',
  async () => {
    await build('nginx', 'nginx');
    await berth('run', '-d', '--name', 'web', '-p', '127.0.0.1:0:80', 'nginx');
    expect(await fetchPublished('web', 80)).toContain('<h1>It runs</h1>');
    await eventually('the visit is logged', async () => (await berth('logs', 'web')).includes('GET / HTTP/1.1'));
    await berth('stop', 'web');
    expect(await berth('inspect', '-f', '{{.State.ExitCode}}', 'web')).toBe('0');
  },
  5 * minutes,
);

large(
  'Redis keeps what it is given, across containers',
  async () => {
    await build('redis', 'redis');
    await berth('run', '-d', '--name', 'redis', '-v', 'redis-data:/data', 'redis');
    await healthy('redis');
    await berth('exec', 'redis', 'redis-cli', 'set', 'key', 'kept');
    const client = await berth('run', '--rm', 'redis', 'redis-cli', '-h', await address('redis'), 'get', 'key');
    expect(client).toBe('kept');
    await berth('exec', 'redis', 'redis-cli', 'save');
    await berth('rm', '-f', 'redis');
    await berth('run', '-d', '--name', 'redis', '-v', 'redis-data:/data', 'redis');
    await healthy('redis');
    expect(await berth('exec', 'redis', 'redis-cli', 'get', 'key')).toBe('kept');
  },
  8 * minutes,
);

large(
  'PostgreSQL keeps its tables, and lets in who knows the password',
  async () => {
    await build('postgres', 'postgres');
    await berth('run', '-d', '--name', 'postgres', '-e', 'POSTGRES_PASSWORD=secret', 'postgres');
    await healthy('postgres');
    const sql = (text: string) => berth('exec', 'postgres', 'psql', '-tAc', text);
    await sql('create table things (name text)');
    await sql("insert into things values ('kept')");
    await berth('restart', 'postgres');
    await healthy('postgres');
    expect(await sql('select name from things')).toBe('kept');
    const remote = (password: string) =>
      berth(
        ...['run', '--rm', '-e', `PGPASSWORD=${password}`, '--entrypoint', 'psql', 'postgres'],
        ...['-h', remoteAddress, '-U', 'postgres', '-tAc', 'select name from things'],
      );
    const remoteAddress = await address('postgres');
    expect(await remote('secret')).toBe('kept');
    await expect(remote('wrong')).rejects.toThrow('password authentication failed');
  },
  8 * minutes,
);

large(
  'a Node.js page asks its Python API',
  async () => {
    await build('web-and-api/web', 'web-tests', '--target', 'test');
    await build('web-and-api/web', 'web');
    await build('web-and-api/api', 'api');
    await berth('run', '-d', '--name', 'api', 'api');
    await berth(
      'run',
      '-d',
      '--name',
      'page',
      '-p',
      '127.0.0.1:0:3000',
      '-e',
      `API=http://${await address('api')}:8000`,
      'web',
    );
    await eventually(
      'both are there',
      async () => (await fetchPublished('page', 3000)).includes('Hello, world'),
      patience,
    );
    expect(await fetchPublished('page', 3000, '/de')).toContain('Hallo, world');
    expect(await fetchPublished('page', 3000, '/xx')).toContain('Sorry: no greeting in xx');
  },
  8 * minutes,
);

large(
  'WordPress installs itself and shows its first page',
  async () => {
    for (const target of ['php', 'database', 'web']) {
      await build('wordpress', `wordpress-${target}`, '--target', target);
    }
    const password = ['-e', 'DATABASE_PASSWORD=secret'];
    await berth('run', '-d', '--name', 'database', ...password, 'wordpress-database');
    const database = ['--add-host', `database:${await address('database')}`];
    await berth('run', '-d', '--name', 'php', ...password, ...database, 'wordpress-php');
    const php = ['--add-host', `php:${await address('php')}`];
    await berth('run', '-d', '--name', 'blog', '-p', '127.0.0.1:0:80', ...php, 'wordpress-web');
    await eventually(
      'the database is there',
      async () => (await fetchPublished('blog', 80, '/wp-admin/install.php')).includes('weblog_title'),
      patience,
    );
    const form = new URLSearchParams({
      ...{ weblog_title: 'A blog in Berth', user_name: 'admin', admin_password: 'long and secret' },
      ...{ admin_password2: 'long and secret', pw_weak: 'on', admin_email: 'admin@example.com', Submit: 'Install' },
    });
    const installed = await fetchPublished('blog', 80, '/wp-admin/install.php?step=2', { method: 'POST', body: form });
    expect(installed).toContain('Success!');
    expect(await fetchPublished('blog', 80)).toContain('A blog in Berth');
    expect(await fetchPublished('blog', 80, '/wp-includes/css/dashicons.css')).toContain('@font-face');
  },
  10 * minutes,
);
