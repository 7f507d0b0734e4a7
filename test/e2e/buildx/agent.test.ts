// SSH agents of the client, used by steps of real builds.
import { expect } from 'bun:test';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { buildxScenarios } from '../../support/builds/buildx-scenarios.ts';

/** An SSH agent that answers whatever it is asked with its one key. */
async function fakeAgent(path: string): Promise<AsyncDisposable> {
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  };
  const key = Buffer.concat([text('ssh-ed25519'), text('k'.repeat(32))]);
  // SSH2_AGENT_IDENTITIES_ANSWER of RFC draft-miller-ssh-agent.
  const body = Buffer.concat([Buffer.from([12, 0, 0, 0, 1, 0, 0, 0, key.length]), key, text('the key of the test')]);
  const answer = Buffer.concat([Buffer.from([0, 0, 0, body.length]), body]);
  const server = createServer((socket: Socket) => {
    socket.on('data', () => socket.write(answer));
    socket.on('error', () => {});
  });
  await new Promise<void>(resolve => server.listen(path, resolve));
  return {
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve));
    },
  };
}

// Asks for the identities and prints the comment of the key.
const ask = [
  'use IO::Socket::UNIX;',
  'my $s = IO::Socket::UNIX->new($ENV{SSH_AUTH_SOCK}) or die "no agent: $!";',
  'syswrite $s, pack("NC", 1, 11);',
  'read $s, my $length, 4;',
  'read $s, my $answer, unpack("N", $length);',
  'print "got ", substr($answer, -19), "\\n";',
].join(' ');

buildxScenarios(['busybox', 'debian'], {
  'an SSH agent must be reached from a step, as often as it likes': async buildx => {
    const socket = join(buildx.folder, 'agent.sock');
    await using _agent = await fakeAgent(socket);
    const context = buildx.context({
      Dockerfile: 'FROM debian:bookworm\nCOPY ask /\nRUN --mount=type=ssh for i in 1 2 3; do perl /ask || exit; done\n',
      ask,
    });
    const progress = await buildx.build(['--no-cache', '--ssh', `default=${socket}`, context]);
    expect(progress.match(/got the key of the test/g)).toHaveLength(3);
  },

  'a step that needs an agent must fail where there is none': async buildx => {
    const context = buildx.context({ Dockerfile: 'FROM busybox\nRUN --mount=type=ssh,required=true true\n' });
    expect(await buildx.failure([context])).toContain('unset ssh forward key default');
    const optional = buildx.context({ Dockerfile: 'FROM busybox\nRUN --mount=type=ssh echo "-$SSH_AUTH_SOCK-"\n' });
    expect(await buildx.build([optional])).toMatch(/ -\/run\/buildkit\/ssh_agent\.0-\n/);
  },
});
