import { expect, test } from 'bun:test';
import { compileTemplate } from '../../lib/template/template.ts';
import { asTyped } from './go-values.ts';

const show = (template: string, object: unknown) => compileTemplate(template).execute(asTyped(object));

test('what is nil is empty, and null in JSON', () => {
  const container = { Config: { Entrypoint: null, Labels: null, Cmd: [] } };
  expect(show('{{.Config.Entrypoint}}{{len .Config.Labels}}{{json .Config.Entrypoint}}', container)).toBe('[]0null');
  expect(show('{{json .Config.Labels}}{{json .Config.Cmd}}{{json .Config.Shell}}', container)).toBe('null[]null');
});

test('of an image JSON has what is not empty, in the order of Docker’s types', () => {
  const config = { Cmd: ['sh'], Entrypoint: null, Env: ['A=b'], Labels: null, User: '', Volumes: { '/v': {} } };
  const image = { Id: 'x', Author: '', Architecture: 'amd64', RootFS: { Type: 'layers' }, Config: config };
  const shown = '{"Env":["A=b"],"Cmd":["sh"],"Volumes":{"/v":{}}}';
  expect(show('{{json .Config}}', image)).toBe(shown);
  expect(show('{{json .}}', image)).toBe(
    `{"Id":"x","Author":"","Config":${shown},"Architecture":"amd64","RootFS":{"Type":"layers"}}`,
  );
  expect(show('{{.Config.WorkingDir}}{{.Config.OnBuild}}{{.ID}}', image)).toBe('[]x');
});
