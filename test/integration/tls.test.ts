// TCP with TLS: who is let in, what the others are told, and that streams end as they do on a unix socket.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates, type Party } from '../support/certificates.ts';
import { berthCommand, type TestDaemon } from '../support/daemons/daemon.ts';
import { Engine } from '../support/daemons/engine.ts';
import { expectNothingLeft, listRemains } from '../support/daemons/remains.ts';
import { startedBy } from '../support/daemons/started-by.ts';
import { dockerProgram } from '../support/docker-program.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type RunOptions, run } from '../support/run.ts';

let folder: string;
let parties: Awaited<ReturnType<typeof makeCertificates>>;
let port: number;
let daemon: TestDaemon | undefined;
let before: Set<string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'));
  parties = await makeCertificates(folder);
  port = await freePort();
  const { ca, cert, key } = parties.server;
  daemon = await startedBy(command => [...command, '-H', `tcp://0.0.0.0:${port}`], {
    ...{ tlsverify: true, tlscacert: ca, tlscert: cert, tlskey: key },
  });
  await new Engine(daemon).loadBusybox();
  before = await listRemains(daemon.places, daemon.pid);
}, 120_000);

afterAll(async () => {
  try {
    if (daemon) await expectNothingLeft(daemon.places, daemon.pid, before);
  } finally {
    await daemon?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  }
}, 60_000);

const docker = dockerProgram();
const programs = [['berth', berthCommand()], ...(docker ? [['docker', [docker]]] : [])] as [string, string[]][];

for (const [name, program] of programs) {
  const play = async (who: Partial<Party>, args: string[], options: RunOptions = {}) => {
    const files = { tlscacert: who.ca, tlscert: who.cert, tlskey: who.key };
    const flags = Object.entries(files).flatMap(([flag, path]) => (path ? [`--${flag}`, path] : []));
    const host = ['-H', `tcp://127.0.0.1:${port}`];
    return await run([...program, ...host, ...flags, ...args], {
      ...options,
      env: { DOCKER_CONFIG: folder, DOCKER_HOST: undefined, ...options.env },
    });
  };
  const busybox = (...command: string[]) => ['run', '--rm', '-i', 'busybox', ...command];

  describe(name, () => {
    test('a client with a certificate must be served', async () => {
      const result = await play(parties.client, ['--tlsverify', 'version', '--format', '{{.Server.APIVersion}}']);
      expect(result).toEqual({ code: 0, stdout: '1.51\n', stderr: '' });
    });

    test('the variables must do what the flags do', async () => {
      const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: parties.client.folder };
      expect(await play({}, ['ps', '-q'], { env })).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    test('run -i must end with its piped input', async () => {
      const result = await play(
        parties.client,
        ['--tlsverify', ...busybox('sh', '-c', 'wc -c; echo error >&2; exit 3')],
        {
          stdin: 'x'.repeat(300_000),
        },
      );
      expect(result).toEqual({ code: 3, stdout: '300000\n', stderr: 'error\n' });
    });

    test('run -i must pass every byte both ways', async () => {
      const text = `${'0123456789abcdef'.repeat(4095)}\n`.repeat(64);
      const result = await play(parties.client, ['--tlsverify', ...busybox('cat')], { stdin: text });
      expect([result.code, result.stderr, result.stdout === text]).toEqual([0, '', true]);
    });

    test('exec -i and attach must end with their piped input', async () => {
      const verified = async (args: string[], options: RunOptions = {}) =>
        await play(parties.client, ['--tlsverify', ...args], options);
      const container = `tls-${name}`;
      await verified(['create', '-i', '--name', container, 'busybox', 'sh', '-c', 'cat; echo the end']);
      try {
        const started = await verified(['start', '-a', '-i', container], { stdin: 'hello\n' });
        expect(started).toEqual({ code: 0, stdout: 'hello\nthe end\n', stderr: '' });
        await verified(['rm', container]);
        await verified(['run', '-d', '-i', '--name', container, 'busybox', 'sh', '-c', 'read line; echo "got $line"']);
        const exec = await verified(['exec', '-i', container, 'sort'], { stdin: 'b\na\n' });
        expect(exec).toEqual({ code: 0, stdout: 'a\nb\n', stderr: '' });
        const attached = await verified(['attach', container], { stdin: 'hello\n' });
        expect(attached).toEqual({ code: 0, stdout: 'got hello\n', stderr: '' });
      } finally {
        await verified(['rm', '-f', container]);
      }
    });

    test('a client without a certificate, or with a foreign one, must be turned away', async () => {
      const { ca } = parties.client;
      // Why it hangs up reaches only who is not just writing to it.
      await eventually('it is told why', async () => {
        const without = await play({ ca }, ['--tlsverify', 'ps']);
        expect(without.code).not.toBe(0);
        return without.stderr.includes('tls: certificate required');
      });
      // A server's certificate is of the right authority, but not for this.
      for (const { cert, key } of [parties.stranger, parties.server]) {
        const wrong = await play({ ca, cert, key }, ['--tlsverify', 'ps']);
        expect(wrong.code).not.toBe(0);
        expect(wrong.stderr).toMatch(/^error during connect: .*(EOF|remote error: tls: |connection reset|broken pipe)/);
      }
    });

    test('a daemon of another authority must not be believed, unless nobody asks', async () => {
      const { cert, key } = parties.client;
      const misled = { ca: parties.stranger.ca, cert, key };
      const refused = await play(misled, ['--tlsverify', 'ps']);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(
        'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      );
      expect((await play(misled, ['--tls', 'ps', '-q'])).code).toBe(0);
    });

    test('files that cannot be used must be named', async () => {
      const { ca, cert, key } = parties.client;
      const stderr = async (who: Partial<Party>) => (await play(who, ['--tlsverify', 'version'])).stderr.trim();
      expect(await stderr({ ca: '/nope.pem' })).toBe(
        'Failed to initialize: unable to resolve docker endpoint: open /nope.pem: no such file or directory',
      );
      expect(await stderr({ ca, cert, key: parties.server.key })).toBe(
        'Failed to initialize: failed to retrieve context tls info: tls: private key does not match public key',
      );
      expect(await stderr({ ca: key })).toBe(
        'Failed to initialize: failed to retrieve context tls info: ca.pem seems invalid',
      );
    });

    test('plain HTTP must not be served', async () => {
      const result = await play({}, ['ps']);
      expect(result.code).not.toBe(0);
      expect(result.stderr).not.toBe('');
    });
  });
}

test('a peer that says nothing must not keep the daemon from stopping', async () => {
  const otherPort = await freePort();
  await using other = await startedBy(command => [...command, '-H', `tcp://127.0.0.1:${otherPort}`], {
    tlsverify: true,
    tlscacert: parties.server.ca,
    tlscert: parties.server.cert,
    tlskey: parties.server.key,
  });
  const silent = connect(otherPort, '127.0.0.1');
  await new Promise(resolve => silent.once('connect', resolve));
  expect(await other.stop()).toBe(0);
  silent.destroy();
}, 60_000);

test('what is unsafe or cannot work must be refused before anything is served', async () => {
  const { server } = parties;
  const refusal = async (...args: string[]) => {
    const command = [...berthCommand(), 'daemon', '--data-root', join(folder, 'd'), '--exec-root', join(folder, 'e')];
    const { code, stderr } = await run([...command, '--config-file=/dev/null', ...args], {
      ...{ timeoutMs: 20_000, env: { DOCKER_CERT_PATH: join(folder, 'nowhere') } },
    });
    expect(code).toBe(1);
    return stderr;
  };
  const pair = ['--tlscert', server.cert, '--tlskey', server.key];
  const unsafe = /refusing to listen on tcp:\/\/0\.0\.0\.0:1 without client certificates/;
  expect(await refusal('-H', 'tcp://0.0.0.0:1')).toMatch(unsafe);
  expect(await refusal('-H', 'tcp://0.0.0.0:1', '--tls', '--tlsverify=false', ...pair)).toMatch(unsafe);
  expect(await refusal('--tlsverify')).toContain(
    `invalid TLS configuration: could not load X509 key pair (cert: "${folder}/nowhere/cert.pem", key: ` +
      `"${folder}/nowhere/key.pem"): open ${folder}/nowhere/cert.pem: no such file or directory`,
  );
  expect(await refusal('--tls', ...pair)).toContain(`could not read CA certificate "${folder}/nowhere/ca.pem"`);
  expect(await refusal('--tlsverify', ...pair, '--tlscacert', server.key)).toContain(
    `failed to append certificates from PEM file: "${server.key}"`,
  );
  expect(await refusal('--tlsverify', '--tlscert', server.cert, '--tlskey', parties.client.key)).toContain(
    'error reading X509 key pair - make sure the key is not encrypted',
  );
});
