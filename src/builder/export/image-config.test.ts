import { expect, test } from 'bun:test';
import { sha256 } from '../../oci/digest.ts';
import { createNode } from '../graph/node.ts';
import { StageState } from '../graph/stage-state.ts';
import { imageConfig } from './image-config.ts';

const at = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second));
const base = { created: '2020-01-01T00:00:00Z', created_by: 'base' };

function state(): StageState {
  const node = createNode({ op: { kind: 'scratch' }, name: 'x' });
  const platform = { os: 'linux', architecture: 'amd64' };
  return new StageState({ platform, config: {}, author: undefined, node, history: [base], base: {} });
}

const layers = (...made: (Date | undefined)[]) =>
  made.map((created, index) => ({ diffId: sha256(String(index)), created }));

test('what made no layer has the time of the layer before it, or of the first new one', () => {
  const stage = state();
  stage.commit('ENV A=1', false);
  stage.commit('RUN a', true);
  stage.commit('LABEL b', false);
  stage.commit('RUN c', true);
  stage.commit('CMD d', false);
  const text = imageConfig(stage, layers(undefined, at(1), at(2)), { labels: {} }).toString();
  const { history, created } = JSON.parse(text);
  expect(history.map((entry: { created: string }) => entry.created)).toEqual([
    '2020-01-01T00:00:00Z',
    ...['2024-01-01T00:00:01Z', '2024-01-01T00:00:01Z', '2024-01-01T00:00:01Z'],
    ...['2024-01-01T00:00:02Z', '2024-01-01T00:00:02Z'],
  ]);
  expect(created).toBe('2024-01-01T00:00:02Z');
});

test('keys are in the order Go writes them, empty ones are left out, and HTML is escaped', () => {
  const stage = state();
  stage.config = {
    Env: ['A=<&>'],
    Cmd: [],
    WorkingDir: '/w',
    User: '',
    Labels: { b: '1' },
    ExposedPorts: { '9/tcp': {}, '1/udp': {} },
  };
  const text = imageConfig(stage, layers(undefined), { labels: { a: '2' } }).toString();
  expect(text).toStartWith(
    '{"architecture":"amd64","config":{"ExposedPorts":{"1/udp":{},"9/tcp":{}},"Env":["A=\\u003c\\u0026\\u003e"],"WorkingDir":"/w","Labels":{"a":"2","b":"1"}},"created":',
  );
});

test('with an epoch every new time is that', () => {
  const stage = state();
  stage.commit('ENV A=1', false);
  stage.commit('RUN a', true);
  const options = { labels: {}, sourceDateEpoch: 1_700_000_000 };
  const { history, created } = JSON.parse(imageConfig(stage, layers(undefined, at(1)), options).toString());
  expect(history.map((entry: { created: string }) => entry.created)).toEqual([
    '2020-01-01T00:00:00Z',
    '2023-11-14T22:13:20Z',
    '2023-11-14T22:13:20Z',
  ]);
  expect(created).toBe('2023-11-14T22:13:20Z');
});

test('a base image that tells less than it has is filled up', () => {
  const { history } = JSON.parse(
    imageConfig(state(), layers(undefined, undefined, undefined), { labels: {} }).toString(),
  );
  expect(history).toHaveLength(3);
});
