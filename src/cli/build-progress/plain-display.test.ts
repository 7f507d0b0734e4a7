// The lines of a build, as buildx prints them for the same news.
import { expect, test } from 'bun:test';
import type { StatusResponse } from '../../api/buildkit/control.ts';
import { JsonDisplay } from './json-display.ts';
import { PlainDisplay } from './plain-display.ts';
import { TerminalDisplay } from './terminal-display.ts';

const at = (milliseconds: number) => new Date(1_700_000_000_000 + milliseconds);
const bytes = (text: string) => Buffer.from(text);

class Screen {
  text = '';
  write(chunk: string | Uint8Array): boolean {
    this.text += chunk;
    return true;
  }
  size() {
    return { columns: 60, rows: 20 };
  }
}

function news(part: Partial<StatusResponse>): StatusResponse {
  return { vertexes: [], statuses: [], logs: [], warnings: [], ...part };
}

const load = { digest: 'sha256:1', name: '[internal] load build definition from Dockerfile', inputs: [] };
const step = { digest: 'sha256:2', name: `[2/2] RUN ${'x'.repeat(80)}`, inputs: [] };
const transfer = { id: 'transferring dockerfile:', vertex: 'sha256:1', started: at(0), timestamp: at(5), current: 158 };

const succeeding: StatusResponse[] = [
  news({ vertexes: [load, { ...load, started: at(0) }] }),
  news({
    statuses: [{ ...transfer, completed: at(5) }],
    warnings: [{ vertex: 'sha256:1', short: bytes('Rule: look (line 1)') }],
    vertexes: [{ ...load, started: at(0), completed: at(40) }],
  }),
  news({ vertexes: [{ ...step, started: at(100) }] }),
  news({
    logs: [
      { vertex: 'sha256:2', stream: 1, timestamp: at(551), msg: bytes('one\ntw') },
      { vertex: 'sha256:2', stream: 1, timestamp: at(600), msg: bytes('o\n') },
    ],
    vertexes: [{ ...step, started: at(100), completed: at(1300) }],
  }),
];

test('plain progress is lines that stay', () => {
  const screen = new Screen();
  const display = new PlainDisplay(screen, 'building with "default" instance using docker driver');
  for (const part of succeeding) display.update(part);
  display.finish();
  expect(screen.text.split('\n')).toEqual([
    '#0 building with "default" instance using docker driver',
    '',
    '#1 [internal] load build definition from Dockerfile',
    ...['#1 transferring dockerfile: 158B done', '#1 WARN: Rule: look (line 1)', '#1 DONE 0.0s'],
    '',
    `#2 [2/2] RUN ${'x'.repeat(80)}`,
    ...['#2 0.451 one', '#2 0.451 two', '#2 DONE 1.2s', ''],
  ]);
});

test('a step that fails says once more at the end what it said last', () => {
  const screen = new Screen();
  const display = new PlainDisplay(screen, 'x');
  const failing = { ...step, name: '[2/2] RUN false', started: at(0), completed: at(12_000), error: 'exit code: 1' };
  display.update(
    news({
      vertexes: [{ ...step, name: failing.name, started: at(0) }],
      logs: [{ vertex: 'sha256:2', timestamp: at(11_000), msg: bytes('no end') }],
    }),
  );
  display.update(news({ vertexes: [failing] }));
  display.finish();
  const [, , ...lines] = screen.text.split('\n');
  expect(lines).toEqual([
    ...['#1 [2/2] RUN false', '#1 11.00 no end', '#1 ERROR: exit code: 1'],
    ...['------', ' > [2/2] RUN false:', '11.00 no end', '------', ''],
  ]);
});

test('the terminal shows one row for each, and the last picture stays', () => {
  const screen = new Screen();
  const display = new TerminalDisplay(screen, { builder: 'docker:default', environment: {} });
  for (const part of succeeding) display.update(part);
  display.finish();
  const picture = screen.text.slice(screen.text.lastIndexOf('\x1b[?25l') + 6);
  expect(picture).toMatch(/^\[\+\] Building \d+\.\ds \(2\/2\) FINISHED {2,}docker:default\n/);
  expect(picture).toContain('\x1b[34m => => transferring dockerfile: 158B                   0.0s\n\x1b[0m');
  expect(picture).toContain(`\x1b[34m => [2/2] RUN ${'x'.repeat(39)}  1.2s\n\x1b[0m`);
  expect(picture.endsWith('\x1b[?25h')).toBe(true);
});

test('rawjson has the names and times of Go', () => {
  const screen = new Screen();
  const display = new JsonDisplay(screen);
  display.update(succeeding[0]!);
  display.update(news({ logs: [{ vertex: 'sha256:2', stream: 1, timestamp: at(550), msg: bytes('hi') }] }));
  expect(
    screen.text
      .split('\n')
      .slice(0, 2)
      .map(line => JSON.parse(line)),
  ).toEqual([
    {
      vertexes: [
        { digest: 'sha256:1', name: load.name },
        { digest: 'sha256:1', name: load.name, started: '2023-11-14T22:13:20Z' },
      ],
    },
    { logs: [{ vertex: 'sha256:2', stream: 1, data: 'aGk=', timestamp: '2023-11-14T22:13:20.55Z' }] },
  ]);
});
