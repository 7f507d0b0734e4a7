// Attach and the pump behind it: frames, back-pressure, detach keys, and either side leaving first.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { encodeFrame } from '../../../lib/streams/frames.ts';
import { FakeClient } from '../../testing/fake-client.ts';
import { FakeSession } from '../../testing/fake-process.ts';
import { createTestEngine, outcome, type TestEngine, until } from '../../testing/test-engine.ts';
import { pauseContainer } from '../lifecycle/pause.ts';
import { removeContainer } from '../lifecycle/remove.ts';
import { startContainer } from '../lifecycle/start.ts';
import { attachContainer, resizeContainer } from './attach.ts';
import { readDetachKeys } from './detach-keys.ts';
import { type PumpOptions, pump } from './pump.ts';

const all: PumpOptions = { multiplexed: false, stdin: true, stdout: true, stderr: true };

/** A client and a session with a pump between them. */
function join(options: Partial<PumpOptions> = {}, client = new FakeClient()) {
  const session = new FakeSession();
  return { client, session, end: pump(client, session, { ...all, ...options }) };
}

describe('the pump', () => {
  test('passes output on as it is, or as frames, and only the streams that were asked for', async () => {
    const plain = join();
    plain.session.say('out');
    plain.session.say('err', 'stderr');
    plain.session.output.close();
    expect(await plain.end).toBe('output-ended');
    expect(plain.client.text).toBe('outerr');

    const framed = join({ multiplexed: true, stderr: false });
    framed.session.say('out');
    framed.session.say('err', 'stderr');
    framed.session.output.close();
    await framed.end;
    expect(framed.client.text).toBe(encodeFrame('stdout', Buffer.from('out')).toString());
  });

  test('passes input on; the end of it ends stdin and leaves the output open', async () => {
    const { client, session, end } = join();
    client.type('hello');
    client.endInput();
    await until(() => session.inputEnded);
    expect(session.input).toBe('hello');
    session.say('bye');
    session.output.close();
    expect(await end).toBe('output-ended');
    expect(client.text).toBe('bye');
  });

  test('takes no more output than the client reads', async () => {
    const client = new FakeClient();
    client.stalled = true;
    const { session, end } = join({}, client);
    // As much as is gathered before it is sent.
    for (let i = 0; i < 10; i++) session.say('x'.repeat(64 * 1024));
    await until(() => session.output.size <= 9);
    await Bun.sleep(5);
    expect(session.output.size).toBe(9);
    client.flow();
    session.output.close();
    await end;
    expect(client.text).toHaveLength(640 * 1024);
  });

  test('ends with the client, even one that does not read', async () => {
    const client = new FakeClient();
    client.stalled = true;
    const { session, end } = join({}, client);
    session.say('a long line that fills the buffer');
    client.destroy();
    expect(await end).toBe('client-gone');
    expect(session.closed).toBe(true);
  });

  test('ends at once with a client that was gone before', async () => {
    const client = new FakeClient();
    client.destroy();
    await new Promise(resolve => client.once('close', resolve));
    expect(await join({}, client).end).toBe('client-gone');
  });

  test('ends with the detach keys; what was typed before them has arrived', async () => {
    const { client, session, end } = join({ detachKeys: readDetachKeys('', 'detach') });
    client.type('ls\x10\x11');
    expect(await end).toBe('detached');
    expect(session.input).toBe('ls');
    expect(session.inputEnded).toBe(false);
  });

  test('closes the connection only after the last word', async () => {
    const lastWord = Promise.withResolvers<void>();
    const { client, session, end } = join({ lastWord: lastWord.promise });
    session.output.close();
    await Bun.sleep(2);
    expect(client.writableEnded).toBe(false);
    lastWord.resolve();
    await end;
    expect(client.writableEnded).toBe(true);
  });
});

describe('detach keys of a request', () => {
  test('are the default where nothing is said', () => {
    expect([...readDetachKeys(undefined, 'detach')]).toEqual([16, 17]);
  });

  test('are refused in the words of what they leave', async () => {
    expect(await outcome(() => readDetachKeys('foo', 'detach'))).toBe('invalid: Invalid detach keys (foo) provided');
    expect(await outcome(() => readDetachKeys('ctrl-A', 'escape'))).toBe(
      'invalid: Invalid escape keys (ctrl-A) provided',
    );
  });
});

describe('attach', () => {
  let own: TestEngine;
  beforeEach(async () => {
    own = await createTestEngine();
  });
  afterEach(() => own.close());

  const streams = { stream: true, stdin: true, stdout: true, stderr: true };
  const attach = (id: string, client: FakeClient, options: object = streams) =>
    attachContainer(own.engine, id, options, () => client);

  test('before the start misses nothing', async () => {
    const container = await own.create({ Tty: true, OpenStdin: true });
    const client = new FakeClient();
    const served = attach(container.id, client);
    await startContainer(own.engine, container.id);
    const session = own.runtime.last.sessions[0]!;
    session.say('first');
    client.type('in');
    await until(() => session.input === 'in');
    await own.exit(container, 0);
    await served;
    expect(client.text).toBe('first');
    const told = own.events();
    expect(told.indexOf('container attach')).toBeLessThan(told.indexOf('container start'));
  });

  test('by a client that leaves before the start is forgotten', async () => {
    const container = await own.create();
    const client = new FakeClient();
    const served = attach(container.id, client);
    client.destroy();
    await served;
    expect(container.pendingAttaches.size).toBe(0);
    await startContainer(own.engine, container.id);
    expect(own.runtime.last.sessions).toEqual([]);
  });

  test('to a container that is removed ends', async () => {
    const container = await own.create();
    const client = new FakeClient();
    const served = attach(container.id, client);
    await removeContainer(own.engine, container.id, { force: false, volumes: false });
    await served;
    expect(client.destroyed).toBe(true);
  });

  test('ends with detach keys, which is told, and the process runs on', async () => {
    const { container } = await own.run({ Tty: true, OpenStdin: true });
    const client = new FakeClient();
    const served = attach(container.id, client);
    client.type('\x10\x11');
    await served;
    expect(own.events().at(-1)).toBe('container detach');
    expect(container.state.Running).toBe(true);
  });

  test('shows what was said before, and with nothing else asked ends there', async () => {
    const { container } = await own.run();
    mkdirSync(container.directory, { recursive: true });
    const { path } = own.engine.logs.open({
      ...{ containerId: container.id, driver: 'json-file', options: {}, directory: container.directory },
    });
    writeFileSync(path!, '2024-01-01T00:00:00.000000000+00:00 stdout F earlier\n');
    const client = new FakeClient();
    await attach(container.id, client, { logs: true, stdout: true });
    expect(client.text).toBe(encodeFrame('stdout', Buffer.from('earlier\n')).toString());
    expect(client.writableEnded).toBe(true);
  });

  test('is refused in words before the connection is taken over', async () => {
    const { container } = await own.run({ HostConfig: { RestartPolicy: { Name: 'always' } } });
    const { id } = container;
    const refusal = () => outcome(() => attachContainer(own.engine, id, streams, () => expect.unreachable()));
    await pauseContainer(own.engine, id);
    expect(await refusal()).toBe(`conflict: container ${id} is paused, unpause the container before attach`);
    container.record.state.Paused = false;
    await own.exit(container, 1);
    expect(await refusal()).toBe(`conflict: container ${id} is restarting, wait until the container is running`);
  });

  test('a terminal takes a new size while there is a process', async () => {
    const { container, process } = await own.run({ Tty: true });
    resizeContainer(own.engine, container.id, 100, 30);
    expect(process.size).toEqual([100, 30]);
    await own.exit(container, 0);
    expect(await outcome(() => resizeContainer(own.engine, container.id, 1, 1))).toBe(
      `conflict: container ${container.id} is not running`,
    );
  });
});
