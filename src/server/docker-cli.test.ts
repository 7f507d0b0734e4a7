// The real docker command line against the server, where there is one.

import { expect, test } from 'bun:test';
import { readInput } from '../lib/http/read-input.ts';
import { encodeFrame } from '../lib/streams/frames.ts';
import { reply } from './handler.ts';
import { testServer } from './test-server.ts';

const docker = Bun.which('docker');

async function run(host: string, args: string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', DOCKER_HOST: host };
  const child = Bun.spawn([docker ?? '', ...args], { env, stdin: Buffer.from(input), stdout: 'pipe', stderr: 'pipe' });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, out, err };
}

const system = {
  SystemPing: () => reply('OK', { headers: { 'Builder-Version': '1' } }),
  SystemPingHead: () => reply('', { headers: { 'Builder-Version': '1' } }),
};

test.skipIf(!docker)('docker version and ps must understand the server', async () => {
  await using server = await testServer({
    system: {
      ...system,
      SystemVersion: () => ({
        Platform: { Name: 'Berth' },
        Version: '1.2.3',
        ApiVersion: '1.51',
        MinAPIVersion: '1.24',
        GitCommit: 'abc',
        GoVersion: 'none',
        Os: 'linux',
        Arch: 'amd64',
        KernelVersion: '6',
      }),
    },
    containers: {
      ContainerList: r => [
        {
          Id: 'f'.repeat(64),
          Names: ['/web'],
          Image: 'nginx',
          ImageID: 'sha256:1',
          Command: 'nginx',
          Created: 0,
          Ports: [{ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }],
          Labels: {},
          State: 'running',
          Status: `Up ${JSON.stringify(r.query)}`,
          HostConfig: { NetworkMode: 'bridge' },
          NetworkSettings: { Networks: {} },
          Mounts: [],
        },
      ],
    },
  });
  const version = await run(server.host, ['version', '--format', '{{.Server.Version}} {{.Server.APIVersion}}']);
  expect(version).toEqual({ code: 0, out: '1.2.3 1.51\n', err: '' });
  const ps = await run(server.host, ['ps', '--filter', 'label=x', '--format', '{{.Names}} {{.Ports}} {{.Status}}']);
  expect(ps.out).toBe('web 0.0.0.0:8080->80/tcp Up {"filters":{"label":["x"]}}\n');
});

test.skipIf(!docker)('docker attach must carry input, both outputs and the exit code', async () => {
  const exit = Promise.withResolvers<{ StatusCode: number }>();
  await using server = await testServer({
    system,
    containers: {
      ContainerInspect: () =>
        ({
          Id: 'f'.repeat(64),
          Name: '/web',
          Config: { Tty: false, OpenStdin: true },
          State: { Status: 'running', Running: true },
        }) as never,
      ContainerWait: () => ({ later: exit.promise }),
      ContainerAttach: async r => {
        const socket = r.hijack({ multiplexed: true });
        for await (const chunk of readInput(socket)) socket.write(encodeFrame('stdout', chunk));
        socket.end(encodeFrame('stderr', Buffer.from('done\n')));
        exit.resolve({ StatusCode: 7 });
      },
    },
  });
  const input = 'line\n'.repeat(200_000);
  const attached = await run(server.host, ['attach', '--sig-proxy=false', 'web'], input);
  expect(attached.out.length).toBe(input.length);
  expect(attached.out).toBe(input);
  expect([attached.err, attached.code]).toEqual(['done\n', 7]);
});

test.skipIf(!docker)('docker must show an error of the server as its own', async () => {
  await using server = await testServer({ system });
  const info = await run(server.host, ['volume', 'ls']);
  expect([info.code, info.err]).toEqual([1, 'Error response from daemon: VolumeList is not implemented yet\n']);
});
